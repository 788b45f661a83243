package dev.lateen.it;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * An application that says which protocol reached it: an HTTP request is answered with 200 and the caller's address, {@link #WHO} with that address alone, any other bytes come
 * back. Run in a pod's network
 * namespace with the ports it listens on, or by {@code meshctl run}, which tells address and port.
 */
final class PodApplication {
    /** What it prints once it listens everywhere. */
    static final String LISTENING = "listening";

    /** The line by which it is asked for the caller's address. */
    static final String WHO = "\1who";

    private PodApplication() {}

    /** The command that runs it. @param ports none if {@code HOST} and {@code PORT} of its environment say where it listens */
    static List<String> command(String... ports) {
        return SmallJava.command(PodApplication.class, List.of(ports));
    }

    /** @param args ports on all addresses */
    public static void main(String[] args) throws IOException, InterruptedException {
        if (args.length == 0) {
            listen(System.getenv("HOST"), System.getenv("PORT"));
        }
        for (String port : args) {
            listen("0.0.0.0", port);
        }
        System.out.println(LISTENING);
        new CountDownLatch(1).await();
    }

    @SuppressWarnings("resource") // open until the process is ended
    private static void listen(String host, String port) throws IOException {
        ServerSocket server = new ServerSocket(Integer.parseInt(port), 64, InetAddress.getByName(host));
        Thread.ofVirtual().start(() -> accept(server));
    }

    private static void accept(ServerSocket server) {
        while (true) {
            try {
                Socket socket = server.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private static void serve(Socket socket) {
        try (socket;
                BufferedReader in = new BufferedReader(
                        new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1))) {
            OutputStream out = socket.getOutputStream();
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String from = socket.getInetAddress().getHostAddress();
                if (line.equals(WHO)) {
                    out.write((from + "\n").getBytes(StandardCharsets.US_ASCII));
                } else if (line.contains(" HTTP/1.1")) {
                    while (!in.readLine().isEmpty()) {
                        // The head's other lines decide nothing.
                    }
                    out.write(("HTTP/1.1 200 OK\r\ncontent-length: " + from.length() + "\r\n\r\n" + from)
                            .getBytes(StandardCharsets.US_ASCII));
                } else {
                    out.write((line + "\n").getBytes(StandardCharsets.ISO_8859_1));
                }
            }
        } catch (IOException e) {
            // The caller is gone.
        }
    }
}
