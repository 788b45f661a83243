package dev.lateen.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.schema.Shows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What no HTTP library lets a client say, byte for byte to Envoy and to our proxy: the same answers and the same access log. */
class WireParityTest {
    private static final String HOST = "Host: shop.example.com\r\n";
    private static final String GRPC = "Content-Type: application/grpc\r\nContent-Length: 0\r\n";

    @TempDir
    static Path directory;

    private static EchoBackend a;
    private static EchoBackend b;
    private static ParityPair pair;

    @BeforeAll
    static void start() throws Exception {
        a = new EchoBackend("a");
        b = new EchoBackend("b");
        pair = ParityPair.start(directory, "/parity/envoy.yaml", Pem.localhost(directory, "own"), a, b);
    }

    @AfterAll
    static void stop() {
        if (pair != null) {
            pair.close();
        }
        a.close();
        b.close();
    }

    private static String say(ParityPair.Started proxy, String text) throws IOException {
        return Wire.say(proxy.equals(pair.ours()) ? "ours" : "envoy", proxy.http(), text);
    }

    private static void same(String text) throws IOException {
        assertThat(say(pair.ours(), text))
                .as(text)
                .isEqualTo(say(pair.envoy(), text))
                .startsWith("HTTP/1.");
    }

    private static void sameForAll(String path) throws IOException {
        same("GET " + path + " HTTP/1.1\r\n" + HOST + "Connection: close\r\n\r\n");
        same("HEAD " + path + " HTTP/1.1\r\n" + HOST + "Connection: close\r\n\r\n");
        same("POST " + path + " HTTP/1.1\r\n" + HOST + "Connection: close\r\nContent-Length: 3\r\n\r\nabc");
        same("POST " + path + " HTTP/1.1\r\n" + HOST + "Connection: close\r\n" + GRPC + "\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/old?x=1",
                "/secure/x",
                "/teapot",
                "/made",
                "/nowhere",
                "/dead",
                "/dead-retried",
                "/fault",
                "/denied"
            })
    void everyKindOfAnswerIsTheSame(String path) throws IOException {
        sameForAll(path);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.0\r\nHost: shop.example.com\r\n\r\n",
                "GET / HTTP/1.1\r\n\r\n",
                "OPTIONS * HTTP/1.1\r\nHost: shop.example.com\r\nConnection: close\r\n\r\n",
                "OPTIONS / HTTP/1.1\r\nHost: shop.example.com\r\nConnection: close\r\n\r\n",
                "GET http://shop.example.com/x HTTP/1.1\r\nHost: other\r\nConnection: close\r\n\r\n",
                "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\nConnection: close\r\n\r\n",
                "GET /a#b HTTP/1.1\r\nHost: shop.example.com\r\n\r\n",
                "GET /a/../%62/./<c>%zz HTTP/1.1\r\nHost: shop.example.com\r\nConnection: close\r\n\r\n",
                "GET /%00 HTTP/1.1\r\nHost: shop.example.com\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: shop.example.com\r\nConnection: x-forwarded-for\r\n\r\n",
                "GET / HTTP/1.1\r\n"
                        + "Host: shop.example.com\r\n"
                        + "Content-Length: 3\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n"
                        + "0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: shop.example.com\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: shop.example.com\r\nX : a\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: shop.example.com\r\nContent-Length: -1\r\n\r\n",
                "GET / HTTP/1.1\r\n"
                        + "Host: shop.example.com\r\n"
                        + "x-forwarded-for: 10.0.0.1\r\n"
                        + "x-envoy-internal: true\r\n"
                        + "x-envoy-retry-on: 5xx\r\n"
                        + "x-envoy-max-retries: 3\r\n"
                        + "Connection: close\r\n\r\n",
                "POST / HTTP/1.1\r\n"
                        + "Host: shop.example.com\r\n"
                        + "Expect: 100-continue\r\n"
                        + "Connection: close\r\n"
                        + "Content-Length: 2\r\n\r\n"
                        + "hi",
                "\u0016\u0003\u0001\u0000\u00a5\u0001\u0000\u0000",
            })
    void oddAndMalformedRequestsAreAnsweredTheSame(String text) throws IOException {
        same(text);
    }

    @Test
    void headersPastTheLimitsAreTooLarge() throws IOException {
        same("GET / HTTP/1.1\r\n" + HOST + "x: y\r\n".repeat(100) + "\r\n");
        same("GET / HTTP/1.1\r\n" + HOST + "x: " + "y".repeat(62_000) + "\r\n\r\n");
    }

    @Test
    void aHeadThatIsNotFinishedIsTimedOut() throws IOException {
        same("GET / HTTP/1.1\r\n" + HOST);
    }

    private static List<String> logged(ParityPair.Started proxy, String agent, int count) throws Exception {
        proxy.process()
                .awaitOutput(
                        Patience.OF_A_CHANGE,
                        ignored -> lines(proxy.log(), agent).size() >= count);
        return lines(proxy.log(), agent);
    }

    private static List<String> lines(Path log, String agent) {
        try (Stream<String> lines = Files.lines(log)) {
            return lines.filter(line -> line.contains(agent))
                    .map(line -> line.replaceAll("^\\[[^]]*]", "[T]")
                            .replaceAll("(\" \\d+ \\d+) \\d+ (\\d+|-) \"", "$1 N N \"")
                            .replaceAll("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID")
                            .replaceAll("127\\.0\\.0\\.1:\\d+", "ADDRESS"))
                    .toList();
        } catch (IOException notThereYet) {
            return List.of();
        }
    }

    @Shows("MeshConfig.accessLogFile")
    @Test
    void accessLogsAreTheSame() throws Exception {
        List<String> paths = List.of(
                "/",
                "/old",
                "/teapot",
                "/nowhere",
                "/dead",
                "/dead-retried",
                "/fault",
                "/denied",
                "/rewritten/x",
                "/a/../b",
                "/slow");
        for (ParityPair.Started proxy : pair.both()) {
            for (String path : paths) {
                say(
                        proxy,
                        "GET " + path + " HTTP/1.1\r\n" + HOST
                                + "User-Agent: to-be-logged\r\nConnection: close\r\n\r\n");
            }
            say(
                    proxy,
                    "POST /teapot HTTP/1.1\r\n" + HOST + GRPC
                            + "User-Agent: to-be-logged\r\nConnection: close\r\n\r\n");
        }

        // A client may have its answer, and another connection, before the line of the last one is written.
        assertThat(logged(pair.ours(), "to-be-logged", paths.size() + 1))
                .containsExactlyInAnyOrderElementsOf(logged(pair.envoy(), "to-be-logged", paths.size() + 1));
    }
}
