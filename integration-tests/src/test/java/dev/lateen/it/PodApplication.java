package dev.lateen.it;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;

/**
 * An application that says which protocol reached it: an HTTP request is answered with 200, any other bytes come back. Run in a pod's network
 * namespace with the ports it listens on.
 */
final class PodApplication {
    /** What it prints once it listens everywhere. */
    static final String LISTENING = "listening";

    private PodApplication() {}

    /** @param args ports */
    public static void main(String[] args) throws IOException, InterruptedException {
        for (String port : args) {
            @SuppressWarnings("resource") // open until the process is ended
            ServerSocket server = new ServerSocket(Integer.parseInt(port), 64, InetAddress.getByName("0.0.0.0"));
            Thread.ofVirtual().start(() -> accept(server));
        }
        System.out.println(LISTENING);
        new CountDownLatch(1).await();
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
                if (line.contains(" HTTP/1.1")) {
                    while (!in.readLine().isEmpty()) {
                        // The head's other lines decide nothing.
                    }
                    out.write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                } else {
                    out.write((line + "\n").getBytes(StandardCharsets.ISO_8859_1));
                }
            }
        } catch (IOException e) {
            // The caller is gone.
        }
    }
}
