package dev.lateen.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the terminal, the tools and the metrics say of a change that a proxy can't put in force. */
@SuppressWarnings("InlineFormatString") // a long template reads better on its own
class InForceTest {
    private static final String GATEWAY = """
        apiVersion: networking.istio.io/v1
        kind: Gateway
        metadata: {name: door, namespace: default}
        spec:
          selector: {istio: ingressgateway}
          servers: [{port: {number: %d, name: http, protocol: HTTP}, hosts: ["*"]}]
        """;

    @TempDir
    Path directory;

    private final int monitoring = free();

    private static int free() {
        try {
            return Ports.free();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private Running mesh(Path config) throws IOException {
        return Running.meshctl(
                "run",
                config,
                "--state",
                directory.resolve("state"),
                "--grpcAddr",
                "127.0.0.1:" + free(),
                "--secureGRPCAddr",
                "127.0.0.1:" + free(),
                "--httpsAddr",
                "127.0.0.1:" + free(),
                "--monitoringAddr",
                "127.0.0.1:" + monitoring,
                "--pod-network",
                "127.71",
                "--app-network",
                "127.72");
    }

    private void edit(Path config, int port) throws IOException {
        Path written = Files.writeString(directory.resolve("door.tmp"), GATEWAY.formatted(port));
        Files.move(written, config.resolve("door.yaml"), java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    }

    private String status() throws Exception {
        try (Running status = Running.meshctl("proxy-status", "--istiod", "127.0.0.1:" + monitoring)) {
            status.awaitExit(Patience.OF_A_CHANGE);
            return status.output();
        }
    }

    @Test
    void anEditThatAProxyRejectsIsNotInForceAndSaysWhyUntilABetterOneIs() throws Exception {
        Path config = Files.createDirectories(directory.resolve("config"));
        try (Running mesh = mesh(config);
                Web web = Web.direct();
                ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            String page = "http://127.0.0.1:" + monitoring;
            mesh.awaitOutput(Patience.OF_A_START, _ -> web.status(page + "/ready") == 200);
            assertThat(status()).doesNotContain("STALE");

            edit(config, taken.getLocalPort());
            Pattern told = Pattern.compile(
                    "Gateway default/door added: NOT in force on istio-ingressgateway-\\S+: listener \\S+:"
                            + " address: can't bind 127\\.0\\.0\\.1:" + taken.getLocalPort()
                            + ": .*; the last good one stays");
            mesh.awaitOutput(
                    Patience.OF_A_CHANGE, output -> told.matcher(output).find());
            assertThat(status())
                    .containsPattern("istio-ingressgateway-\\S+ .* STALE")
                    .contains("LDS rejected: listener");
            assertThat(web.get(page + "/metrics").body())
                    .containsPattern("pilot_total_xds_rejects\\{type=\"lds\"} [1-9]")
                    .containsPattern("pilot_xds_lds_reject\\{node=\"router~\\S+,err=\"\\w+\"} [1-9]");

            int better = free();
            edit(config, better);
            mesh.awaitOutput(
                    Patience.OF_A_CHANGE, output -> output.contains("Gateway default/door changed: touched one proxy"));
            assertThat(web.status("http://127.0.0.1:" + better + "/")).isEqualTo(404);
            assertThat(status()).doesNotContain("STALE");
            assertThat(mesh.output().lines().filter(line -> line.contains("Gateway default/door added")))
                    .allMatch(line -> told.matcher(line).find());
        }
    }
}
