package dev.lateen.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.schema.Shows;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes through an HTTP proxy ahead, sent by Envoy and by our proxy: clients, that proxy and access logs see the same. A stock Envoy ends the tunnels. */
class TunnelParityTest {
    @TempDir
    static Path directory;

    private static final List<String> seen = new CopyOnWriteArrayList<>();
    private static final List<AutoCloseable> open = new ArrayList<>();
    private static ParityPair pair;

    private interface Talk {
        void with(Socket socket) throws IOException;
    }

    @BeforeAll
    static void start() throws Exception {
        ServerSocket app = serve(TunnelParityTest::echo);
        ServerSocket raw = serve(TunnelParityTest::answerByHand);
        int end = Ports.free();
        pair = ParityPair.start(
                directory, "/parity/tunnel.yaml", Map.of("END", "" + end, "RAW", "" + raw.getLocalPort()));
        open.add(pair);
        endTunnels(end, app.getLocalPort());
    }

    private static void endTunnels(int end, int app) throws Exception {
        int admin = Ports.free();
        String bootstrap;
        try (InputStream in = TunnelParityTest.class.getResourceAsStream("/parity/tunnel-end.yaml")) {
            bootstrap = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .replace("{END}", "" + end)
                    .replace("{APP}", "" + app)
                    .replace("{ADMIN}", "" + admin);
        }
        Path file = Files.writeString(directory.resolve("end.yaml"), bootstrap);
        List<String> command = List.of(
                Peers.envoy().toString(),
                "-c",
                file.toString(),
                "--concurrency",
                "1",
                "-l",
                "warning",
                "--use-dynamic-base-id");
        Running envoy = Running.start("end", command, Map.of());
        open.add(envoy);
        try (Web web = Web.direct()) {
            envoy.awaitOutput(Duration.ofSeconds(60), _ -> web.status("http://127.0.0.1:" + admin + "/ready") == 200);
        }
    }

    private static ServerSocket serve(Talk talk) throws IOException {
        ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        open.add(server);
        Thread.ofVirtual().start(() -> {
            while (!server.isClosed()) {
                try {
                    Socket socket = server.accept();
                    Thread.ofVirtual().start(() -> {
                        try (socket) {
                            talk.with(socket);
                        } catch (IOException gone) {
                            // The proxy closed it: what its client sees tells.
                        }
                    });
                } catch (IOException closed) {
                    return;
                }
            }
        });
        return server;
    }

    @AfterAll
    static void stop() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
    }

    private static void echo(Socket socket) throws IOException {
        socket.getInputStream().transferTo(socket.getOutputStream());
    }

    /** A proxy that answers as the name says for which it is asked. */
    private static void answerByHand(Socket socket) throws IOException {
        String head = until(socket, "\r\n\r\n");
        seen.add(Wire.normalised(head));
        String name = head.substring(head.indexOf(' ') + 1);
        switch (name.substring(0, name.indexOf('.'))) {
            case "ok" -> say(socket, "HTTP/1.1 200 Connection established\r\n\r\n");
            case "created" -> say(socket, "HTTP/1.1 201 Created\r\ncontent-length: 7\r\n\r\n");
            case "early" -> say(socket, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n");
            case "garbage" -> say(socket, "SSH-2.0-x\r\n\r\n");
            case "forbidden" -> say(socket, "HTTP/1.1 403 Forbidden\r\ncontent-length: 6\r\n\r\nno way");
            default -> {
                return;
            }
        }
        echo(socket);
    }

    private static String until(Socket socket, String end) throws IOException {
        StringBuilder read = new StringBuilder();
        while (read.indexOf(end) < 0) {
            int b = socket.getInputStream().read();
            if (b < 0) {
                throw new IOException("ended after: " + read);
            }
            read.append((char) b);
        }
        return read.toString();
    }

    private static void say(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** What a client is told who says something and then has nothing more to say. */
    private static String talk(ParityPair.Started proxy, int way, String hello) throws IOException {
        StringBuilder heard = new StringBuilder();
        try (Socket socket = new Socket("127.0.1." + way, proxy.tcp())) {
            socket.setSoTimeout(10_000);
            say(socket, hello);
            InputStream in = socket.getInputStream();
            for (int b = in.read(); b >= 0; b = in.read()) {
                heard.append((char) b);
                if (b == '\n') {
                    socket.shutdownOutput();
                }
            }
            return heard + "(end)";
        } catch (SocketException e) {
            return heard + "(reset)";
        }
    }

    private static List<String> logged(ParityPair.Started proxy, int way) {
        proxy.process()
                .awaitOutput(
                        Duration.ofSeconds(10),
                        _ -> !lines(proxy.log(), "127.0.1." + way + " ").isEmpty());
        return lines(proxy.log(), "127.0.1." + way + " ");
    }

    private static List<String> lines(Path log, String beginning) {
        try (Stream<String> lines = Files.lines(log)) {
            // Envoy writes flags in the order in which they were set.
            return lines.filter(line -> line.startsWith(beginning))
                    .map(line -> line.replace("URX,UF", "UF,URX"))
                    .toList();
        } catch (IOException notThereYet) {
            return List.of();
        }
    }

    private static List<List<String>> both(int way, String hello) throws IOException {
        List<List<String>> all = new ArrayList<>();
        for (ParityPair.Started proxy : pair.both()) {
            seen.clear();
            List<String> told = new ArrayList<>(List.of(talk(proxy, way, hello)));
            told.addAll(logged(proxy, way));
            told.addAll(seen);
            all.add(told);
        }
        return all;
    }

    /** CONNECT and POST, by HTTP/1.1 and HTTP/2, to an Envoy; then by hand, with other answers that mean yes. */
    @Shows("DestinationRule.trafficPolicy.tunnel")
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 8, 9, 12})
    void bytesGoThrough(int way) throws Exception {
        List<List<String>> all = both(way, "hello\n");
        assertThat(all.get(1)).isEqualTo(all.get(0)).contains("hello\n(end)");
    }

    /** Refused by HTTP/1.1 and HTTP/2, nobody there, no HTTP, an end instead of an answer, several attempts, no name to ask for. */
    @ParameterizedTest
    @ValueSource(ints = {5, 6, 7, 10, 11, 14, 15, 16})
    void aProxyThatDoesNotLetThroughEndsTheConnection(int way) throws Exception {
        List<List<String>> all = both(way, "");
        assertThat(all.get(1)).isEqualTo(all.get(0)).contains("(end)");
    }

    @Test
    void muchGoesThroughBothProtocolsWhole() throws Exception {
        byte[] much = new byte[3_000_000];
        for (int i = 0; i < much.length; i++) {
            much[i] = (byte) (i % 251);
        }
        for (int way : List.of(1, 2, 3, 4)) {
            try (Socket socket = new Socket("127.0.1." + way, pair.ours().tcp())) {
                socket.setSoTimeout(10_000);
                Thread sender = Thread.ofVirtual().start(() -> {
                    try {
                        socket.getOutputStream().write(much);
                    } catch (IOException e) {
                        // What is heard tells.
                    }
                });
                assertThat(socket.getInputStream().readNBytes(much.length))
                        .as("way %d", way)
                        .isEqualTo(much);
                sender.join();
            }
        }
    }
}
