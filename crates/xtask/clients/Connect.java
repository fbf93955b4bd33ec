import java.net.HttpURLConnection;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.SocketChannel;
import java.net.InetSocketAddress;

/** java Connect KIND NAME PORT: one connection to NAME:PORT by a class of the standard library. */
class Connect {
    public static void main(String[] arguments) throws Exception {
        String name = arguments[1];
        int port = Integer.parseInt(arguments[2]);
        URI uri = new URI("http", null, name, port, "/", null, null);
        switch (arguments[0]) {
            case "socket" -> new Socket(name, port).close();
            case "channel" -> SocketChannel.open(new InetSocketAddress(name, port)).close();
            case "url" -> ((HttpURLConnection) uri.toURL().openConnection()).getResponseCode();
            default -> HttpClient.newHttpClient().send(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding());
        }
    }
}
