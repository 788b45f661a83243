package dev.lateen.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.schema.Shows;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One static Envoy file, started by Envoy and by our proxy, gives the same answers. */
class StaticParityTest {
    /** Differ by nature: times, ids, a process's own name. */
    private static final List<String> VOLATILE = List.of("date", "x-envoy-upstream-service-time", "x-request-id");

    @TempDir
    static Path directory;

    private static EchoBackend a;
    private static EchoBackend b;
    private static ParityPair pair;
    private static ParityPair.Started envoy;
    private static ParityPair.Started ours;
    private static HttpClient client;

    @BeforeAll
    static void start() throws Exception {
        System.setProperty("jdk.httpclient.allowRestrictedHeaders", "host,connection");
        a = new EchoBackend("a");
        b = new EchoBackend("b");
        Pem own = Pem.localhost(directory, "own");
        pair = ParityPair.start(directory, "/parity/envoy.yaml", own, a, b);
        envoy = pair.envoy();
        ours = pair.ours();
        client = trusting(own.certificate());
    }

    private static HttpClient trusting(Path certificate) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream in = Files.newInputStream(certificate)) {
            store.setCertificateEntry(
                    "test", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return HttpClient.newBuilder()
                .sslContext(context)
                .connectTimeout(Duration.ofSeconds(30))
                .build();
    }

    @AfterAll
    static void stop() {
        if (pair != null) {
            pair.close();
        }
        a.close();
        b.close();
        client.close();
    }

    /** What a client can tell of an answer. */
    private record Answer(int status, Map<String, List<String>> headers, String body) {}

    private static Answer ask(String base, HttpClient.Version version, String method, String path, String... headers)
            throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path))
                .version(version)
                .timeout(Duration.ofSeconds(30))
                .method(
                        method,
                        method.equals("POST")
                                ? HttpRequest.BodyPublishers.ofString("some body")
                                : HttpRequest.BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        HttpResponse<String> response = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        Map<String, List<String>> kept = new TreeMap<>(response.headers().map());
        kept.keySet().removeAll(VOLATILE);
        return new Answer(response.statusCode(), kept, normalised(response.body()));
    }

    /** The backend's report with its volatile parts made equal. */
    private static String normalised(String body) {
        return body.replaceAll("x-request-id=\\[[0-9a-f-]{36}\\]", "x-request-id=[ID]")
                .replaceAll("localhost:\\d+", "localhost:PORT")
                .replaceAll("x-envoy-expected-rq-timeout-ms=\\[\\d+\\]", "x-envoy-expected-rq-timeout-ms=[N]");
    }

    private static void same(String method, String path, String... headers) throws Exception {
        for (HttpClient.Version version : HttpClient.Version.values()) {
            if (version != HttpClient.Version.HTTP_1_1 && version != HttpClient.Version.HTTP_2) {
                continue;
            }
            assertThat(ask("http://127.0.0.1:" + ours.http(), HttpClient.Version.HTTP_1_1, method, path, headers))
                    .as("%s %s over http", method, path)
                    .isEqualTo(ask(
                            "http://127.0.0.1:" + envoy.http(), HttpClient.Version.HTTP_1_1, method, path, headers));
            assertThat(ask("https://localhost:" + ours.https(), version, method, path, headers))
                    .as("%s %s over https, %s", method, path, version)
                    .isEqualTo(ask("https://localhost:" + envoy.https(), version, method, path, headers));
        }
    }

    private static void sameInShop(String method, String path, String... headers) throws Exception {
        String[] all = new String[headers.length + 2];
        all[0] = "Host";
        all[1] = "shop.example.com";
        System.arraycopy(headers, 0, all, 2, headers.length);
        same(method, path, all);
    }

    @Shows("VirtualService.http.match.uri")
    @Test
    void virtualHostsAndHeaderMatchesChooseTheSameCluster() throws Exception {
        sameInShop("GET", "/");
        sameInShop("GET", "/canary/1", "x-user", "jason");
        sameInShop("GET", "/canary/1", "x-user", "anna");
        sameInShop("GET", "/q?debug=on");
        sameInShop("GET", "/q?debug=off&debug=on");
        sameInShop("GET", "/exact-only");
        sameInShop("GET", "/exact-only", "x-mode", "1");
        same("GET", "/only-b", "Host", "a.shop.example.com");
        same("GET", "/only-b", "Host", "elsewhere.example.com");
        same("GET", "/no-route", "Host", "elsewhere.example.com");
    }

    @Shows({
        "VirtualService.http.headers",
        "VirtualService.http.route.headers",
        "VirtualService.http.rewrite.uri",
        "VirtualService.http.rewrite.uriRegexRewrite"
    })
    @Test
    void headersPathsAndBodiesChangeInTheSameWay() throws Exception {
        sameInShop("POST", "/form", "x-secret", "s3cret", "x-kept", "yes");
        sameInShop("GET", "/rewritten/deep/path?x=1");
        sameInShop("GET", "/item/42?x=1");
        sameInShop("HEAD", "/");
        sameInShop("DELETE", "/thing");
    }

    @Shows({"VirtualService.http.directResponse", "VirtualService.http.redirect"})
    @Test
    void inventedAnswersAreTheSame() throws Exception {
        sameInShop("GET", "/old?x=1");
        sameInShop("GET", "/secure/page?x=1");
        sameInShop("GET", "/teapot");
        sameInShop("HEAD", "/teapot");
        sameInShop("GET", "/nowhere");
        sameInShop("GET", "/slow");
        sameInShop("GET", "/dead");
        sameInShop("HEAD", "/dead");
    }

    @Shows("VirtualService.http.route.weight")
    @Test
    void weightsAreKeptByBoth() throws Exception {
        for (ParityPair.Started proxy : pair.both()) {
            int toA = 0;
            for (int i = 0; i < 3000; i++) {
                Answer answer = ask(
                        "http://127.0.0.1:" + proxy.http(),
                        HttpClient.Version.HTTP_1_1,
                        "GET",
                        "/split",
                        "Host",
                        "shop.example.com");
                boolean isA = answer.body.startsWith("a ");
                assertThat(answer.body.contains("x-weighted=[a]")).isEqualTo(isA);
                toA += isA ? 1 : 0;
            }
            // Three standard deviations of a thousand are more than five of three thousand: no luck is needed.
            assertThat(toA / 3.0).isBetween(800 - 3 * Math.sqrt(160), 800 + 3 * Math.sqrt(160));
        }
    }

    @Test
    void bytesPassThroughTheTcpProxy() throws Exception {
        List<String> answers = new ArrayList<>();
        for (ParityPair.Started proxy : pair.both()) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress("127.0.0.1", proxy.tcp()), 5000);
                socket.getOutputStream()
                        .write("GET /raw HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
                                .getBytes(StandardCharsets.US_ASCII));
                socket.shutdownOutput();
                String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                answers.add(answer.replaceAll("(?i)date: .*\r\n", ""));
            }
        }
        assertThat(answers.get(1)).isEqualTo(answers.get(0)).contains("a GET /raw");
    }
}
