package dev.lateen.api.yaml;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.api.mesh.ProxySettings;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class MeshConfigTest {
    private final ResourceReader reader = new ResourceReader();

    @Test
    void anEmptyTextGivesIstiosDefaults() {
        MeshConfig mesh = reader.readMeshConfig("mesh.yaml", "").settings().orElseThrow();
        assertThat(mesh.trustDomain()).isEqualTo("cluster.local");
        assertThat(mesh.rootNamespace()).isEqualTo("istio-system");
        assertThat(mesh.security().enableAutoMtls()).isTrue();
        assertThat(mesh.telemetry().enableTracing()).isTrue();
        assertThat(mesh.outbound().outboundTrafficPolicy().mode()).isEqualTo(MeshConfig.OutboundMode.ALLOW_ANY);
        assertThat(mesh.listeners().inboundTrafficPolicy().mode()).isEqualTo(MeshConfig.InboundMode.PASSTHROUGH);
        assertThat(mesh.telemetry().accessLogFile()).isEmpty();
        assertThat(mesh.telemetry().accessLogEncoding()).isEqualTo(MeshConfig.AccessLogEncoding.TEXT);
        assertThat(mesh.outbound().connectTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(mesh.listeners().protocolDetectionTimeout()).isZero();
        assertThat(mesh.listeners().proxyListenPort()).isEqualTo(15001);
        assertThat(mesh.listeners().proxyInboundListenPort()).isEqualTo(15006);
        assertThat(mesh.listeners().proxyHttpPort()).isZero();
        assertThat(mesh.outbound().dnsRefreshRate()).isEqualTo(Duration.ofSeconds(60));
        assertThat(mesh.outbound().defaultHttpRetryPolicy()).isNull();
        assertThat(mesh.ingress().ingressClass()).isEqualTo("istio");
        ProxySettings proxy = mesh.defaultConfig();
        assertThat(proxy.lifecycle().drainDuration()).isEqualTo(Duration.ofSeconds(45));
        assertThat(proxy.lifecycle().terminationDrainDuration()).isEqualTo(Duration.ofSeconds(5));
        assertThat(proxy.proxyAdminPort()).isEqualTo(15000);
        assertThat(proxy.statusPort()).isEqualTo(15020);
        assertThat(proxy.reporting().tracing()).isNull();
    }

    @Test
    void whatIsSaidOverridesTheDefaultAndNothingElse() {
        MeshConfig mesh = read("""
            accessLogFile: /dev/stdout
            outboundTrafficPolicy: {mode: REGISTRY_ONLY}
            defaultConfig:
              concurrency: 0
              tracing: {sampling: 100, zipkin: {address: "zipkin.istio-system:9411"}}
            extensionProviders:
            - name: zipkin
              zipkin: {service: zipkin.istio-system.svc.cluster.local, port: 9411}
            """).settings().orElseThrow();
        assertThat(mesh.telemetry().accessLogFile()).isEqualTo("/dev/stdout");
        assertThat(mesh.outbound().outboundTrafficPolicy().mode()).isEqualTo(MeshConfig.OutboundMode.REGISTRY_ONLY);
        assertThat(mesh.defaultConfig().concurrency()).isZero();
        assertThat(mesh.defaultConfig().statusPort()).isEqualTo(15020);
        assertThat(requireNonNull(mesh.defaultConfig().reporting().tracing()).sampling())
                .isEqualTo(100);
        assertThat(mesh.extensionProviders())
                .singleElement()
                .satisfies(p -> assertThat(requireNonNull(p.zipkin()).path()).isEqualTo("/api/v2/spans"));
    }

    @Test
    void aKeyThatIstioHasAndLateenDoesNotUseIsAWarning() {
        SettingsReading<MeshConfig> reading = read("thriftConfig: {}\ntrustDomain: td\n");
        assertThat(texts(reading))
                .containsExactly(
                        "mesh.yaml:1 (document 1): warning: thriftConfig: known to Istio, without effect in Lateen");
        assertThat(reading.settings().orElseThrow().trustDomain()).isEqualTo("td");
    }

    @Test
    void aKeyThatIstioDoesNotHaveIsRefused() {
        SettingsReading<MeshConfig> reading = read("trustDomian: td\n");
        assertThat(reading.settings()).isEmpty();
        assertThat(texts(reading))
                .singleElement()
                .asString()
                .startsWith("mesh.yaml:1 (document 1): trustDomian: unknown field (expected: 'trustDomain'?");
    }

    @Test
    void istiosConfigMapIsReadThrough() {
        SettingsReading<MeshConfig> reading = read("""
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: istio}
            data:
              mesh: |-
                trustDomain: td
            """);
        assertThat(reading.settings().orElseThrow().trustDomain()).isEqualTo("td");
    }

    private SettingsReading<MeshConfig> read(String text) {
        return reader.readMeshConfig("mesh.yaml", text);
    }

    private static List<String> texts(SettingsReading<MeshConfig> reading) {
        return reading.problems().stream().map(Problem::toString).toList();
    }
}
