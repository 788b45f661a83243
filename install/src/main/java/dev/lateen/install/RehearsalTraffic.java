package dev.lateen.install;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** A backend and the clients of a rehearsal, by plain sockets: whatever class is loaded here is in the cache of the role too. */
final class RehearsalTraffic implements AutoCloseable {
    private static final int CLIENTS = 8;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final String HOST = "127.0.0.1";
    private static final byte[] ANSWER = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 3\r\n\r\nok\n"
            .getBytes(StandardCharsets.UTF_8);

    private final ServerSocket backend;

    RehearsalTraffic() throws IOException {
        backend = new ServerSocket(0, 16, InetAddress.getByName(HOST));
        Thread.ofVirtual().start(this::answerAll);
    }

    /** Where the backend answers. */
    int backend() {
        return backend.getLocalPort();
    }

    /** Ports that nobody has. They are held at once: one after the other they could be the same. */
    static int[] freePorts(int count) throws IOException {
        List<ServerSocket> held = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                held.add(new ServerSocket(0, 1, InetAddress.getByName(HOST)));
            }
            return held.stream().mapToInt(ServerSocket::getLocalPort).toArray();
        } finally {
            for (ServerSocket socket : held) {
                socket.close();
            }
        }
    }

    /** Asks for {@code /rehearsal} on several connections at once. @param times on each of them @param host that is asked for */
    void call(int port, String host, int times) throws IOException, InterruptedException {
        byte[] question = question("GET", "/rehearsal", host);
        List<Thread> clients = new ArrayList<>();
        var failure = new AtomicReference<IOException>();
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(Thread.ofPlatform().start(() -> {
                try (Socket socket = new Socket(HOST, port)) {
                    for (int each = 0; each < times; each++) {
                        ask(socket, question);
                    }
                } catch (IOException e) {
                    failure.set(e);
                }
            }));
        }
        for (Thread client : clients) {
            client.join();
        }
        if (failure.get() != null) {
            throw failure.get();
        }
    }

    /** The answer is short and ends with the backend's last byte. */
    private static void ask(Socket socket, byte[] question) throws IOException {
        InputStream in = socket.getInputStream();
        byte[] buffer = new byte[8192];
        socket.getOutputStream().write(question);
        int length = 0;
        while (length == 0 || buffer[length - 1] != '\n' || buffer[length - 2] == '\r') {
            int read = in.read(buffer, length, buffer.length - length);
            if (read < 0) {
                throw new IOException("the rehearsal's proxy closed a connection");
            }
            length += read;
        }
        String answer = new String(buffer, 0, length, StandardCharsets.US_ASCII);
        if (!answer.startsWith("HTTP/1.1 200 ")) {
            throw new IOException("the rehearsal's proxy answers: "
                    + answer.lines().findFirst().orElse(""));
        }
    }

    /** Asks again and again until the answer is 200. */
    void await(int port, String host, String path) throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        String seen = "";
        while (System.nanoTime() < end) {
            try {
                seen = once(port, question("GET", path, host));
                if (seen.startsWith("HTTP/1.1 200 ")) {
                    return;
                }
            } catch (IOException e) {
                seen = String.valueOf(e.getMessage());
            }
            Thread.sleep(PAUSE);
        }
        throw new IOException("the rehearsal waited in vain for " + path + " on " + port + ": " + seen);
    }

    /** One request on a connection of its own. */
    void send(int port, String method, String path) throws IOException {
        once(port, question(method, path, HOST));
    }

    /** A request that is not answered. */
    void touch(int port) throws IOException {
        try {
            send(port, "GET", "/");
        } catch (SocketException e) {
            // Reset, as it should be.
        }
    }

    /** The answer's first line. */
    private static String once(int port, byte[] question) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(HOST, port), (int) PATIENCE.toMillis());
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.getOutputStream().write(question);
            var lines = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            String first = lines.readLine();
            return first == null ? "closed" : first;
        }
    }

    private static byte[] question(String method, String path, String host) {
        return (method + " " + path + " HTTP/1.1\r\nhost: " + host
                        + "\r\nuser-agent: meshctl\r\naccept: */*\r\ncontent-length: 0\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** Answers every line that is empty: the end of a request head without a body. */
    private void answerAll() {
        while (!backend.isClosed()) {
            try {
                Socket socket = backend.accept();
                Thread.ofVirtual().start(() -> {
                    try (socket) {
                        var lines = new BufferedReader(
                                new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
                        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                            if (line.isEmpty()) {
                                socket.getOutputStream().write(ANSWER);
                            }
                        }
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
            } catch (IOException closed) {
                return;
            }
        }
    }

    @Override
    public void close() throws IOException {
        backend.close();
    }
}
