package dev.lateen.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which {@code x-envoy-decorator-operation} a server and a client see behind Envoy and behind our proxy, by the listener's direction. */
class OperationNamesParityTest {
    private static final String HEADER = "x-envoy-decorator-operation";

    @TempDir
    static Path directory;

    private static EchoBackend echo;
    private static ParityPair pair;

    @BeforeAll
    static void start() throws Exception {
        echo = new EchoBackend("a");
        pair = ParityPair.start(directory, "/parity/decorator.yaml", Map.of("A", "" + echo.port()));
    }

    @AfterAll
    static void stop() {
        if (pair != null) {
            pair.close();
        }
        echo.close();
    }

    /** The whole answer; in it what reached the server. */
    private static String ask(ParityPair.Started proxy, int port, String path, String headers) throws IOException {
        String text = "GET " + path + " HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n" + headers + "\r\n";
        return Wire.say(proxy.equals(pair.ours()) ? "ours" : "envoy", port, text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/told", "/kept", "/direct", "/dead", "/in", "/silent", "/plain", "/nowhere"})
    void clientsAndServersSeeTheSame(String path) throws IOException {
        for (String headers : new String[] {"", HEADER + ": mine\r\n", HEADER + ":\r\n"}) {
            assertThat(ask(pair.ours(), pair.ours().http(), path, headers))
                    .as("egress " + path + " " + headers)
                    .isEqualTo(ask(pair.envoy(), pair.envoy().http(), path, headers))
                    .startsWith("HTTP/1.1 ");
            assertThat(ask(pair.ours(), pair.ours().https(), path, headers))
                    .as("ingress " + path + " " + headers)
                    .isEqualTo(ask(pair.envoy(), pair.envoy().https(), path, headers))
                    .startsWith("HTTP/1.1 ");
            assertThat(ask(pair.ours(), pair.ours().tcp(), path, headers))
                    .as("without tracing " + path + " " + headers)
                    .isEqualTo(ask(pair.envoy(), pair.envoy().tcp(), path, headers))
                    .startsWith("HTTP/1.1 ");
        }
    }

    @Test
    void theCallersNameReachesTheServersProxyAndNobodyElse() throws IOException {
        ParityPair.Started ours = pair.ours();
        assertThat(ask(ours, ours.http(), "/told", "")).contains(HEADER + "=[told/*]");
        assertThat(ask(ours, ours.https(), "/told", HEADER + ": mine\r\n")).doesNotContain(HEADER);
        assertThat(ask(ours, ours.https(), "/told", "")).contains(HEADER + ": told/*");
        assertThat(ask(ours, ours.http(), "/in", "")).doesNotContain(HEADER);
    }
}
