package dev.lateen.install.pod;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lateen.proxy.dns.DnsSettings;
import dev.lateen.proxy.names.NameScope;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Whether and where a pod's proxy answers DNS. */
class PodDnsTest {
    private final Map<String, String> environment =
            new HashMap<>(Map.of("POD_NAMESPACE", "shop", "ISTIO_META_DNS_CAPTURE", "true"));
    private final Map<String, String> proxyMetadata = new HashMap<>();
    private @Nullable String resolvConf = "nameserver 10.96.0.10\n";
    private String type = "sidecar";

    private PodVariables variables() {
        return new PodVariables(environment, proxyMetadata);
    }

    private PodNode node() {
        return new PodNode(type, "shop.svc.cluster.local", variables(), Map.of(), Map.of(), List.of("10.1.2.3"));
    }

    private PodFiles files() {
        return path -> path.equals("/etc/resolv.conf") ? resolvConf : null;
    }

    private @Nullable DnsSettings settings() throws IOException {
        return PodDns.of(node(), variables(), files());
    }

    private List<InetSocketAddress> listen() throws IOException {
        return requireNonNull(settings()).listen();
    }

    private List<String> remarks() throws IOException {
        return PodDns.remarks(node(), variables(), files());
    }

    @Test
    void dnsIsAnsweredWhereItIsCapturedAndPassedOnAsResolvConfSays() throws IOException {
        resolvConf = """
            # a pod's
            nameserver 10.96.0.10
            nameserver nonsense
            domain example.com
            search shop.svc.cluster.local svc.cluster.local cluster.local
            options ndots:5
            """;
        assertThat(settings())
                .isEqualTo(new DnsSettings(
                        List.of(new InetSocketAddress("127.0.0.1", 15053)),
                        List.of(new InetSocketAddress("10.96.0.10", 53)),
                        new NameScope("shop", "svc.cluster.local", ".shop.svc.cluster.local."),
                        false,
                        Duration.ofSeconds(5),
                        DnsSettings.Limits.USUAL));
        assertThat(remarks()).isEmpty();
        environment.putAll(Map.of("DNS_FORWARD_PARALLEL", "true", "DNS_FORWARD_TIMEOUT", "700ms"));
        assertThat(requireNonNull(settings()).parallel()).isTrue();
        assertThat(requireNonNull(settings()).timeout()).isEqualTo(Duration.ofMillis(700));
    }

    @Test
    void whereItIsNotCapturedNothingIsAnswered() throws IOException {
        environment.remove("ISTIO_META_DNS_CAPTURE");
        assertThat(settings()).isNull();
        assertThat(remarks()).isEmpty();
        environment.put("ISTIO_META_DNS_CAPTURE", "false");
        assertThat(settings()).isNull();
        environment.remove("ISTIO_META_DNS_CAPTURE");
        proxyMetadata.put("ISTIO_META_DNS_CAPTURE", "true");
        assertThat(settings()).isNotNull();
    }

    @Test
    void itIsAnsweredInTheFamiliesOfThePodsServers() throws IOException {
        resolvConf = "nameserver fd00::a\n";
        assertThat(listen()).containsExactly(new InetSocketAddress("::1", 15053));
        resolvConf = "nameserver fd00::a\nnameserver 10.96.0.10\n";
        assertThat(listen())
                .containsExactly(new InetSocketAddress("127.0.0.1", 15053), new InetSocketAddress("::1", 15053));
    }

    @Test
    void withoutServersItIsSaidThatOtherNamesAreNotFound() throws IOException {
        resolvConf = null;
        assertThat(listen()).containsExactly(new InetSocketAddress("127.0.0.1", 15053));
        assertThat(remarks())
                .containsExactly("/etc/resolv.conf names no server: names that the mesh does not know are not found");
    }

    @Test
    void aVariableSaysWhereItIsAnswered() throws IOException {
        environment.put("DNS_PROXY_ADDR", "127.0.0.9:5300");
        assertThat(listen()).containsExactly(new InetSocketAddress("127.0.0.9", 5300));
        environment.put("DNS_PROXY_ADDR", "localhost:5300");
        assertThat(listen()).containsExactly(new InetSocketAddress("127.0.0.1", 5300));
        for (String wrong : List.of("example.com:53", "localhost", "127.0.0.1:x")) {
            environment.put("DNS_PROXY_ADDR", wrong);
            assertThatThrownBy(this::settings)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("DNS_PROXY_ADDR: " + wrong + " (expected: localhost:PORT or ADDRESS:PORT)");
        }
    }

    @Test
    void aGatewayAnswersDnsIfItIsToldToBeAServer() throws IOException {
        type = "router";
        assertThat(settings()).isNull();
        assertThat(remarks())
                .containsExactly("ISTIO_META_DNS_CAPTURE has no effect here: a gateway answers DNS if"
                        + " ISTIO_META_ENABLE_DNS_SERVER says so");
        environment.put("ISTIO_META_ENABLE_DNS_SERVER", "true");
        assertThat(settings()).isNotNull();
        assertThat(remarks()).isEmpty();
    }
}
