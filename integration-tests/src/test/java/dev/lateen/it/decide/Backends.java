package dev.lateen.it.decide;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;

/**
 * Applications at loopback addresses. Each takes clear text and TLS on one port, HTTP and whatever else, notes what it was asked and how the connection was secured, and
 * answers as the request's {@code x-script} says: a status for each try, or {@code reset}.
 */
final class Backends implements AutoCloseable {
    private static final int TLS_HANDSHAKE = 22;
    private static final int PATIENCE_MILLIS = 30_000;

    private final Identities identities;
    private final List<ServerSocket> servers = new ArrayList<>();
    private final Map<String, List<Hit>> hits = new ConcurrentHashMap<>();

    /** One time that an application was asked. @param security {@code plain}, {@code TLS} or {@code mTLS} @param path empty for what is no HTTP */
    record Hit(String address, String security, String path) {}

    Backends(Identities identities) {
        this.identities = identities;
    }

    void open(String address, int port) throws IOException {
        ServerSocket server = new ServerSocket();
        server.setReuseAddress(true);
        server.bind(new InetSocketAddress(InetAddress.ofLiteral(address), port));
        servers.add(server);
        Thread.ofVirtual().start(() -> accept(server, address + ":" + port));
    }

    /** What was asked under a name. */
    List<Hit> hits(String test) {
        return hits.getOrDefault(test, List.of());
    }

    private void accept(ServerSocket server, String address) {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                Thread.ofVirtual().start(() -> serve(socket, address));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket accepted, String address) {
        try (Socket socket = accepted) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            int first = socket.getInputStream().read();
            if (first < 0) {
                return;
            }
            byte[] begun = {(byte) first};
            if (first == TLS_HANDSHAKE) {
                SSLContext context = identities.context("backend", "server");
                InputStream again = new ByteArrayInputStream(begun);
                try (SSLSocket secured = (SSLSocket) context.getSocketFactory().createSocket(socket, again, true)) {
                    secured.setWantClientAuth(true);
                    secured.setHandshakeApplicationProtocolSelector((_, offered) -> choose(offered));
                    secured.startHandshake();
                    answer(secured, new byte[0], address, security(secured.getSession()));
                }
            } else {
                answer(socket, begun, address, "plain");
            }
        } catch (Exception gone) {
            // Who goes away while it is served is no concern of an application's.
        }
    }

    private static String choose(List<String> offered) {
        return offered.stream()
                .filter(name -> name.endsWith("http/1.1") || name.equals("istio"))
                .findFirst()
                .orElse("");
    }

    private static String security(SSLSession session) {
        try {
            return session.getPeerCertificates().length > 0 ? "mTLS" : "TLS";
        } catch (SSLPeerUnverifiedException none) {
            return "TLS";
        }
    }

    private void answer(Socket socket, byte[] begun, String address, String security) throws IOException {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        read.write(begun);
        String head = "";
        while (!head.endsWith("\r\n\r\n") && !(head.startsWith("raw ") && head.endsWith("\n"))) {
            int next = socket.getInputStream().read();
            if (next < 0) {
                return;
            }
            read.write(next);
            head = read.toString(StandardCharsets.ISO_8859_1);
        }
        if (head.startsWith("raw ")) {
            note(head.substring(4).strip(), new Hit(address, security, ""));
            socket.getOutputStream().write(("raw " + address + "\n").getBytes(StandardCharsets.US_ASCII));
            return;
        }
        String test = header(head, "x-test");
        int earlier = note(test, new Hit(address, security, head.split(" ", 3)[1]));
        String[] script = header(head, "x-script").split(",");
        String now = script[Math.min(earlier, script.length - 1)];
        if (!now.equals("reset")) {
            String answer = "HTTP/1.1 " + now + " Answer\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok";
            socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();
        }
    }

    /** @return how many there were before */
    private int note(String test, Hit hit) {
        List<Hit> all = hits.computeIfAbsent(test, _ -> new CopyOnWriteArrayList<>());
        all.add(hit);
        return all.size() - 1;
    }

    private static String header(String head, String name) {
        return head.lines()
                .filter(line -> line.toLowerCase(java.util.Locale.ROOT).startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst()
                .orElse("");
    }

    @Override
    public void close() throws IOException {
        for (ServerSocket server : servers) {
            server.close();
        }
    }
}
