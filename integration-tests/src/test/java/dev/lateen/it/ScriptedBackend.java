package dev.lateen.it;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * A backend that does what the path says: {@code /x?do=503;close;200} answers the first request of that path with 503, closes the second one's connection,
 * and answers all others with 200. It remembers what reached it.
 */
final class ScriptedBackend implements AutoCloseable {
    private static final Pattern DO = Pattern.compile("do=([^ &]*)");

    private final String name;
    private final ServerSocket socket;
    private final Map<String, AtomicInteger> turns = new ConcurrentHashMap<>();
    private final List<String> seen = new CopyOnWriteArrayList<>();

    /** @param tls null for clear text */
    ScriptedBackend(String name, @Nullable SSLContext tls) throws IOException {
        this.name = name;
        if (tls == null) {
            socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } else {
            socket = tls.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getLoopbackAddress());
            SSLParameters parameters = new SSLParameters();
            parameters.setApplicationProtocols(new String[] {"h2", "http/1.1"});
            ((SSLServerSocket) socket).setSSLParameters(parameters);
        }
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return socket.getLocalPort();
    }

    /** What came since the last call: connections' protocols where there is TLS, and normalised requests. */
    List<String> takeSeen() {
        List<String> all = List.copyOf(seen);
        seen.clear();
        turns.clear();
        return all;
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket connection = socket.accept();
                Thread.ofVirtual().start(() -> serve(connection));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            if (connection instanceof SSLSocket tls) {
                tls.startHandshake();
                seen.add(name + " speaks " + tls.getApplicationProtocol());
            }
            for (String head = head(connection); head != null; head = head(connection)) {
                seen.add(name + " " + Wire.normalised(head));
                if (!act(connection, verb(head))) {
                    return;
                }
            }
        } catch (IOException gone) {
            // The proxy closed it, or refused us: its answer to the client tells.
        }
    }

    private static @Nullable String head(Socket connection) throws IOException {
        StringBuilder read = new StringBuilder();
        InputStream in = connection.getInputStream();
        while (read.indexOf("\r\n\r\n") < 0) {
            int b = in.read();
            if (b < 0) {
                return null;
            }
            read.append((char) b);
        }
        return read.toString();
    }

    private String verb(String head) {
        String path = head.substring(0, head.indexOf("\r\n"));
        Matcher script = DO.matcher(path);
        if (!script.find()) {
            return "200";
        }
        String[] verbs = script.group(1).split(";", -1);
        int turn = turns.computeIfAbsent(path, _ -> new AtomicInteger()).getAndIncrement();
        return verbs[Math.min(turn, verbs.length - 1)];
    }

    /** @return whether the connection lives on */
    private boolean act(Socket connection, String verb) throws IOException {
        switch (verb) {
            case "close" -> {
                return false;
            }
            case "reset" -> {
                connection.setSoLinger(true, 0);
                return false;
            }
            case "silent" -> connection.getInputStream().read();
            case "garbage" -> say(connection, "SSH-2.0-x\r\n\r\n");
            case "cut" -> say(connection, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
            case "chunkcut" -> say(connection, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n");
            case "untilclosed" -> say(connection, "HTTP/1.1 200 OK\r\n\r\nall of it");
            case "bighead" -> {
                say(connection, "HTTP/1.1 200 OK\r\nx: " + "y".repeat(70_000) + "\r\nContent-Length: 2\r\n\r\nok");
                return true;
            }
            default -> {
                String body = name + " " + verb;
                say(connection, "HTTP/1.1 " + verb + " X\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
                return true;
            }
        }
        return false;
    }

    private static void say(Socket connection, String text) throws IOException {
        connection.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        connection.getOutputStream().flush();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException alreadyGone) {
            // as wanted
        }
    }
}
