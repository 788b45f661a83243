package dev.lateen.api.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What Istio 1.31's webhook refuses of the fields that it added. */
class SinceIstio131Test {
    private final ResourceReader reader = new ResourceReader();

    @Test
    void aRedirectReplacesThePrefixOrTheWholePath() {
        assertThat(refusals("VirtualService", "{hosts: [a.example], http: [{redirect: {prefixRewrite: /b}}]}"))
                .isEmpty();
        assertThat(refusals("VirtualService", "{hosts: [a.example], http: [{redirect: {prefixRewrite: /b, uri: /c}}]}"))
                .singleElement()
                .asString()
                .contains("spec.http[0].redirect.prefixRewrite: uri and prefixRewrite");
        assertThat(refusals(
                        "VirtualService",
                        "{hosts: [a.example], http: [{match: [{uri: {exact: /a}}], redirect: {prefixRewrite: /b}}]}"))
                .singleElement()
                .asString()
                .contains("prefixRewrite with another match of uri (expected: match with uri.prefix)");
    }

    @Test
    void localitiesAreSetInOneOfTwoWays() {
        assertThat(refusals(
                        "DestinationRule",
                        "{host: a, trafficPolicy: {loadBalancer: {zoneAwareLbSetting: {enabled: true, minClusterSize:"
                                + " 3, failoverPriority: [rack], failover: [{from: a, to: b}]}}}}"))
                .isEmpty();
        assertThat(refusals(
                        "DestinationRule",
                        "{host: a, trafficPolicy: {loadBalancer: {zoneAwareLbSetting: {}, localityLbSetting: {}}}}"))
                .hasSize(1);
        assertThat(refusals(
                        "DestinationRule",
                        "{host: a, trafficPolicy: {loadBalancer: {zoneAwareLbSetting: {failoverPriority:"
                                + " [topology.kubernetes.io/zone], failover: [{from: a/b, to: c}]}}}}"))
                .hasSize(2);
    }

    @Test
    void pingsHaveAnIntervalAndATimeout() {
        String rule = "{host: a, trafficPolicy: {connectionPool: {http: {http2KeepAlive: {interval: 1s%s}}}}}";
        assertThat(refusals("DestinationRule", rule.formatted(", timeout: 1s"))).isEmpty();
        assertThat(refusals("DestinationRule", rule.formatted(""))).hasSize(1);
    }

    @Test
    void aSidecarMayLeaveHostsOut() {
        assertThat(refusals("Sidecar", "{egress: [{hosts: ['*/*', '~shop/*', '~./a.b', '~*/c.d', '~/*']}]}"))
                .isEmpty();
        assertThat(refusals("Sidecar", "{egress: [{hosts: ['~~/*']}]}")).hasSize(1);
    }

    private List<String> refusals(String kind, String spec) {
        String text = """
            apiVersion: networking.istio.io/v1
            kind: %s
            metadata: {name: a}
            spec: %s
            """.formatted(kind, spec);
        return reader.read("a.yaml", text).problems().stream()
                .filter(Problem::isError)
                .map(Problem::toString)
                .toList();
    }
}
