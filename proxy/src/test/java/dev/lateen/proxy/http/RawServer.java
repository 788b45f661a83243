package dev.lateen.proxy.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A server that does to each connection what a test says, byte for byte. */
final class RawServer implements AutoCloseable {
    private final ServerSocket socket;
    private final Script script;
    final List<String> heads = new CopyOnWriteArrayList<>();
    private final AtomicInteger connections = new AtomicInteger();

    /** What to do with a connection. */
    interface Script {
        void run(Talk talk) throws IOException;
    }

    /** One connection. */
    static final class Talk {
        private final Socket socket;
        private final List<String> heads;
        final int number;

        Talk(Socket socket, List<String> heads, int number) {
            this.socket = socket;
            this.heads = heads;
            this.number = number;
        }

        /** Reads up to and with an empty line. @return null at the end */
        @Nullable
        String head() throws IOException {
            StringBuilder read = new StringBuilder();
            InputStream in = socket.getInputStream();
            while (read.indexOf("\r\n\r\n") < 0) {
                int b = in.read();
                if (b < 0) {
                    return null;
                }
                read.append((char) b);
            }
            heads.add(read.toString());
            return read.toString();
        }

        String bytes(int count) throws IOException {
            return new String(socket.getInputStream().readNBytes(count), StandardCharsets.ISO_8859_1);
        }

        void say(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
        }

        void ok(String body) throws IOException {
            say("HTTP/1.1 200 OK\r\ncontent-length: " + body.length() + "\r\n\r\n" + body);
        }

        /** Waits until the other side closes. */
        void untilClosed() throws IOException {
            while (socket.getInputStream().read() >= 0) {
                // Whatever comes is of no interest.
            }
        }

        void close() throws IOException {
            socket.close();
        }
    }

    RawServer(Script script) throws IOException {
        this.script = script;
        socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::serve);
    }

    private void serve() {
        while (true) {
            try {
                Socket accepted = socket.accept();
                int number = connections.incrementAndGet();
                Thread.ofVirtual().start(() -> {
                    try (accepted) {
                        script.run(new Talk(accepted, heads, number));
                    } catch (IOException gone) {
                        // The proxy closed it, which some stories are about.
                    }
                });
            } catch (IOException closed) {
                return;
            }
        }
    }

    int port() {
        return socket.getLocalPort();
    }

    int connections() {
        return connections.get();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
    }

    /** Sends a text, reads until the server closes or {@code enough} has been read. */
    static String ask(int port, String text, String enough) throws IOException {
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            client.setSoTimeout(30_000);
            client.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            StringBuilder read = new StringBuilder();
            InputStream in = client.getInputStream();
            while (enough.isEmpty() || read.indexOf(enough) < 0) {
                int b = in.read();
                if (b < 0) {
                    break;
                }
                read.append((char) b);
            }
            return read.toString();
        }
    }
}
