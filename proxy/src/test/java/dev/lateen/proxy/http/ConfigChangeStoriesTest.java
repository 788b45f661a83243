package dev.lateen.proxy.http;

import static dev.lateen.proxy.route.RouteFixtures.prefix;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.model.Cluster.UpstreamProtocol;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** New configuration while requests and streams are under way. */
class ConfigChangeStoriesTest {
    private static final int CLIENTS = 4;
    private static final int REQUESTS = 500;
    private static final String OK = "HTTP/1.1 200 OK";

    private final ProxyFixture proxy = new ProxyFixture();
    private final List<RawServer> servers = new ArrayList<>();

    @BeforeAll
    static void watchLeaks() {
        Leaks.watch();
    }

    @AfterAll
    static void nothingLeaked() {
        assertThat(Leaks.found()).isEmpty();
    }

    @AfterEach
    void stop() throws Exception {
        proxy.close();
        servers.forEach(RawServer::close);
    }

    private void cluster(String name, RawServer.Script script) throws IOException {
        RawServer server = new RawServer(script);
        servers.add(server);
        proxy.cluster(name, UpstreamProtocol.HTTP1, server.port());
    }

    private static void answer(RawServer.Talk talk) throws IOException {
        while (talk.head() != null) {
            talk.ok("fine");
        }
    }

    private static String line(Socket client) throws IOException {
        StringBuilder read = new StringBuilder();
        int b;
        while ((b = client.getInputStream().read()) >= 0) {
            read.append((char) b);
            if (read.toString().endsWith("\r\n\r\nfine")) {
                break;
            }
        }
        return read.toString();
    }

    /** Asks again and again on one connection. @return the answers that were not what they should be */
    private static List<String> askAgainAndAgain(int port) throws IOException {
        List<String> wrong = new ArrayList<>();
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            client.setSoTimeout(30_000);
            for (int i = 0; i < REQUESTS; i++) {
                client.getOutputStream().write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                String answer = line(client);
                if (!answer.startsWith(OK)) {
                    wrong.add(answer);
                }
            }
        }
        return wrong;
    }

    @Test
    void noRequestFailsWhileRoutesAndClustersComeAndGo() throws Exception {
        cluster("c", ConfigChangeStoriesTest::answer);
        cluster("d", ConfigChangeStoriesTest::answer);
        proxy.routes(prefix("/", "c"));
        int port = proxy.listen(false);
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<List<String>> client = () -> askAgainAndAgain(port);
            List<Future<List<String>>> asking = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                asking.add(clients.submit(client));
            }
            boolean odd = false;
            while (asking.stream().anyMatch(one -> !one.isDone())) {
                odd = !odd;
                proxy.routes(prefix("/", odd ? "d" : "c"));
                Thread.onSpinWait();
            }
            for (Future<List<String>> one : asking) {
                assertThat(one.get()).isEmpty();
            }
        }
    }

    @Test
    void aTunnelGoesOnWhenItsRouteAndClusterAreGone() throws Exception {
        cluster("c", talk -> {
            talk.head();
            talk.say("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n");
            talk.say(talk.bytes(4) + "+");
            talk.say(talk.bytes(4) + "!");
        });
        proxy.routes(prefix("/", "c"));
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), proxy.listen(false))) {
            client.setSoTimeout(30_000);
            client.getOutputStream()
                    .write("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nping"
                            .getBytes(StandardCharsets.US_ASCII));
            StringBuilder read = new StringBuilder();
            while (!read.toString().endsWith("ping+")) {
                read.append((char) client.getInputStream().read());
            }

            proxy.withoutCluster("c").routes(prefix("/other", "absent"));
            client.getOutputStream().write("pong".getBytes(StandardCharsets.US_ASCII));

            assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .isEqualTo("pong!");
        }
    }
}
