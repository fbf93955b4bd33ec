/* connect NAME PORT: what getaddrinfo gives, one address after the other. */
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int count, char **words) {
    struct addrinfo hints, *all, *one;
    memset(&hints, 0, sizeof hints);
    hints.ai_socktype = SOCK_STREAM;
    if (count < 3)
        return 2;
    int failed = getaddrinfo(words[1], words[2], &hints, &all);
    if (failed) {
        fprintf(stderr, "%s\n", gai_strerror(failed));
        return 1;
    }
    for (one = all; one; one = one->ai_next) {
        int made = socket(one->ai_family, one->ai_socktype, one->ai_protocol);
        if (made < 0)
            continue;
        if (connect(made, one->ai_addr, one->ai_addrlen) == 0)
            return 0;
        perror("connect");
        close(made);
    }
    return 1;
}
