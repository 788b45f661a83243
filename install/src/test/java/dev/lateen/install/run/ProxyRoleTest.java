package dev.lateen.install.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lateen.proxy.model.LoadAssignment.Locality;
import dev.lateen.proxy.xds.bootstrap.XdsNode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProxyRoleTest {
    private static ProxyRole role(String id, Map<String, Object> metadata) {
        return ProxyRole.of(new XdsNode(id, "c", metadata, new Locality("", "", ""), "lateen", "test", List.of()));
    }

    @Test
    void aNodeSaysWhatItServesAs() {
        String gateway = "router~10.0.0.1~a.b~b.svc.cluster.local";
        Map<String, Object> egress = Map.of("LABELS", Map.of("istio", "egressgateway"));
        assertThat(role("sidecar~10.0.0.1~a.b~b.svc.cluster.local", egress)).isEqualTo(ProxyRole.SIDECAR);
        assertThat(role("rehearsal", Map.of())).isEqualTo(ProxyRole.SIDECAR);
        assertThat(role(gateway, Map.of())).isEqualTo(ProxyRole.INGRESS);
        assertThat(role(gateway, Map.of("LABELS", "istio"))).isEqualTo(ProxyRole.INGRESS);
        assertThat(role(gateway, Map.of("LABELS", Map.of("istio", "ingressgateway"))))
                .isEqualTo(ProxyRole.INGRESS);
        assertThat(role(gateway, Map.of("LABELS", Map.of("istio", "mine")))).isEqualTo(ProxyRole.INGRESS);
        assertThat(role(gateway, egress)).isEqualTo(ProxyRole.EGRESS);
    }

    @Test
    void gatewaysTellOfTheirProcessAndSidecarsWhenTheyAreAsked() {
        assertThat(ProxyRole.SIDECAR.tellsPlatform(null)).isFalse();
        assertThat(ProxyRole.SIDECAR.tellsPlatform("true")).isTrue();
        for (ProxyRole gateway : List.of(ProxyRole.INGRESS, ProxyRole.EGRESS)) {
            assertThat(gateway.tellsPlatform(null)).isTrue();
            assertThat(gateway.tellsPlatform("false")).isFalse();
        }
        assertThatThrownBy(() -> ProxyRole.SIDECAR.tellsPlatform("yes"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("LATEEN_PLATFORM_METRICS: yes (expected: true or false)");
    }
}
