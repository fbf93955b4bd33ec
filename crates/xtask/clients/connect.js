// node connect.js KIND NAME PORT: one connection to NAME:PORT, made by a part of Node.
const [, , kind, host, port] = process.argv;
const end = (error) => {
  if (error) console.error(error);
  process.exit(error ? 1 : 0);
};
if (kind === "net") {
  require("net").connect({ host, port }).on("connect", () => end()).on("error", end);
} else if (kind === "http") {
  require("http").get({ host, port, path: "/" }, (answer) => answer.on("end", () => end()).resume()).on("error", end);
} else {
  fetch(`http://${host}:${port}/`).then((answer) => answer.text()).then(() => end(), end);
}
