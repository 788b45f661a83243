package dev.lateen.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.schema.Shows;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Backends that fail in every way, behind Envoy and behind our proxy: clients, backends and access logs see the same. */
class UpstreamParityTest {
    @TempDir
    static Path directory;

    private static final List<ScriptedBackend> backends = new ArrayList<>();
    private static ParityPair pair;

    @BeforeAll
    static void start() throws Exception {
        Pem own = Pem.localhost(directory, "own");
        Pem other = Pem.localhost(directory, "other");
        for (String name : List.of("a", "b", "c")) {
            backends.add(new ScriptedBackend(name, null));
        }
        backends.add(new ScriptedBackend("tls", serving(own)));
        pair = ParityPair.start(
                directory,
                "/parity/upstream.yaml",
                Map.of(
                        "A", "" + backends.get(0).port(),
                        "B", "" + backends.get(1).port(),
                        "C", "" + backends.get(2).port(),
                        "TLS", "" + backends.get(3).port(),
                        "CERT", own.certificate().toString(),
                        "OTHER", other.certificate().toString()));
    }

    private static SSLContext serving(Pem own) throws Exception {
        String pem = Files.readString(own.key()).replaceAll("-----[A-Z ]+-----|\\s", "");
        char[] password = {};
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream in = Files.newInputStream(own.certificate())) {
            store.setKeyEntry(
                    "tls",
                    KeyFactory.getInstance("EC")
                            .generatePrivate(
                                    new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem))),
                    password,
                    new Certificate[] {CertificateFactory.getInstance("X.509").generateCertificate(in)});
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, password);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    @AfterAll
    static void stop() {
        if (pair != null) {
            pair.close();
        }
        backends.forEach(ScriptedBackend::close);
    }

    private static String ask(ParityPair.Started proxy, String path, String headers) throws IOException {
        String text = "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + headers + "\r\n";
        return Wire.say(proxy.equals(pair.ours()) ? "ours" : "envoy", proxy.http(), text);
    }

    private static List<String> seen() {
        return backends.stream().flatMap(backend -> backend.takeSeen().stream()).toList();
    }

    /** The lines of the proxy's log that begin so; at least {@code count} of them. */
    private static List<String> logged(ParityPair.Started proxy, String beginning, int count) {
        proxy.process()
                .awaitOutput(
                        Patience.OF_A_CHANGE, _ -> lines(proxy.log(), beginning).size() >= count);
        return lines(proxy.log(), beginning);
    }

    private static List<String> lines(Path log, String beginning) {
        try (Stream<String> lines = Files.lines(log)) {
            return lines.filter(line -> line.startsWith(beginning)).toList();
        } catch (IOException notThereYet) {
            return List.of();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/5xx?do=500;503;200",
                "/5xx?do=503",
                "/5xx?do=close;404",
                "/5xx?do=reset;200",
                "/gateway?do=500;200",
                "/gateway?do=502;200",
                "/reset?do=503;200",
                "/reset?do=reset;200",
                "/4xx?do=409;200",
                "/4xx?do=404;200",
                "/codes?do=418;200",
                "/codes?do=503;200",
                "/dead",
                "/noretries?do=503;200",
                "/pertry?do=silent;200",
                "/pertry?do=silent",
                "/timeout?do=silent",
                "/idle?do=silent",
                "/longest?do=silent",
                "/overflow",
                "/plain?do=garbage",
                "/plain?do=cut",
                "/plain?do=chunkcut",
                "/plain?do=untilclosed",
                "/plain?do=bighead",
                "/tls",
            })
    void whateverTheBackendDoesTheSameIsSeen(String path) throws Exception {
        seen(); // what another test left
        List<List<String>> all = new ArrayList<>();
        for (ParityPair.Started proxy : pair.both()) {
            List<String> told = new ArrayList<>();
            told.add(ask(proxy, path, ""));
            told.addAll(seen());
            told.addAll(logged(proxy, "GET " + path + " ", 1));
            all.add(told);
        }
        assertThat(all.get(1)).isEqualTo(all.get(0)).hasSizeGreaterThan(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/othername", "/untrusted"})
    void aCertificateThatIsNotGoodIsRefusedWithTheSameReason(String path) throws Exception {
        List<List<String>> all = new ArrayList<>();
        for (ParityPair.Started proxy : pair.both()) {
            List<String> told = new ArrayList<>(List.of(ask(proxy, path, "")));
            told.addAll(logged(proxy, "GET " + path + " ", 1));
            all.add(told);
        }
        assertThat(all.get(1)).isEqualTo(all.get(0)).anyMatch(line -> line.contains("CERTIFICATE_VERIFY_FAILED"));
    }

    @Shows({
        "VirtualService.http.retries.attempts",
        "VirtualService.http.retries.retryOn",
        "VirtualService.http.retries.retryIgnorePreviousHosts"
    })
    @Test
    void aRetryGoesToAnotherHost() throws Exception {
        for (ParityPair.Started proxy : pair.both()) {
            for (int i = 0; i < 6; i++) {
                assertThat(ask(proxy, "/another", "")).startsWith("HTTP/1.1 200 OK");
            }
        }
    }

    /** Envoy ejects on another thread than the one that answers: a request or two may still pass. */
    @Shows("DestinationRule.trafficPolicy.outlierDetection")
    @Test
    void aHostThatKeepsFailingIsEjected() throws Exception {
        List<String> all = new ArrayList<>();
        for (ParityPair.Started proxy : pair.both()) {
            String answer = "";
            for (int i = 0; i < 50 && !answer.contains("no healthy upstream"); i++) {
                answer = ask(proxy, "/ejected?do=503", "");
            }
            assertThat(logged(proxy, "GET /ejected?do=503 503 UH", 1))
                    .allMatch(line -> line.startsWith("GET /ejected?do=503 503 UH no_healthy_upstream "));
            all.add(answer);
        }
        assertThat(all.get(1)).isEqualTo(all.get(0));
    }

    @Shows("DestinationRule.trafficPolicy.loadBalancer.consistentHash")
    @ParameterizedTest
    @ValueSource(strings = {"/ring", "/maglev"})
    void usersFindTheSameHosts(String path) throws Exception {
        List<List<String>> all = new ArrayList<>();
        for (ParityPair.Started proxy : pair.both()) {
            List<String> hosts = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                String answer = ask(proxy, path, "x-user: u" + i + "\r\n");
                hosts.add(answer.substring(answer.lastIndexOf('\n') + 1));
            }
            all.add(hosts);
        }
        assertThat(all.get(1)).isEqualTo(all.get(0)).contains("a 200", "b 200", "c 200");
    }

    /** What a TCP client reads of an answer to its end. */
    private static String bytes(ParityPair.Started proxy, String verb) throws IOException {
        try (Socket socket = Wire.connect(proxy.tcp())) {
            socket.getOutputStream()
                    .write(("GET /?do=" + verb + " HTTP/1.1\r\nHost: x\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        } catch (SocketException e) {
            return String.valueOf(e.getMessage());
        }
    }

    @Test
    void rawTcpEndsAsTheBackendEndsIt() throws Exception {
        List<List<String>> all = new ArrayList<>();
        for (ParityPair.Started proxy : pair.both()) {
            List<String> told = new ArrayList<>();
            for (String verb : List.of("200", "untilclosed", "reset")) {
                told.add(bytes(proxy, verb));
            }
            List<String> log = new ArrayList<>(logged(proxy, "tcp ", 3));
            told.addAll(log.stream().sorted().toList());
            all.add(told);
        }
        assertThat(all.get(1)).isEqualTo(all.get(0)).contains("Connection reset");
        assertThat(Arrays.asList(
                        "HTTP/1.1 200 X\r\nContent-Length: 5\r\n\r\na 200", "HTTP/1.1 200 OK\r\n\r\nall of it"))
                .isSubsetOf(all.get(1));
    }
}
