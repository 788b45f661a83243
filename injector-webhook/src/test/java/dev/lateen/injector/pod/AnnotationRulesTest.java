package dev.lateen.injector.pod;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnnotationRulesTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sidecar.istio.io/interceptionMode | redirect | REDIRECT, TPROXY or NONE",
                "status.sidecar.istio.io/port | 65536 | a port",
                "readiness.status.sidecar.istio.io/periodSeconds | -1 | a whole number",
                "readiness.status.sidecar.istio.io/failureThreshold | 4294967296 | a whole number",
                "traffic.sidecar.istio.io/includeOutboundIPRanges | 10.0.0.0/8,bad | includeIPRanges",
                "traffic.sidecar.istio.io/excludeOutboundIPRanges | * | excludeIPRanges",
                "traffic.sidecar.istio.io/excludeOutboundIPRanges | 10.0.0.1/33 | CIDR",
                "traffic.sidecar.istio.io/excludeOutboundIPRanges | 010.0.0.1/8 | CIDR",
                "traffic.sidecar.istio.io/excludeOutboundIPRanges | 1::2::3/8 | CIDR",
                "traffic.sidecar.istio.io/includeInboundPorts | 80,x | * or ports",
                "traffic.sidecar.istio.io/excludeInboundPorts | * | ports divided by commas",
                "traffic.sidecar.istio.io/excludeOutboundPorts | 80, | ports divided by commas",
                "traffic.sidecar.istio.io/excludeInterfaces | eth0,0eth | names of interfaces",
                "traffic.sidecar.istio.io/kubevirtInterfaces | abcdefghijklmnop | names of interfaces",
                "prometheus.istio.io/merge-metrics | yes | true or false",
                "sidecar.istio.io/proxyCPU | fast | a quantity",
                "sidecar.istio.io/proxyMemoryLimit | '' | a quantity",
                "proxy.istio.io/config | nosuch: 1 | unknown field"
            })
    void aWrongValueIsRefusedByName(String name, String value, String expected) {
        assertThatThrownBy(() -> AnnotationRules.check(Map.of(name, value)))
                .hasMessageContaining("annotation " + name)
                .hasMessageContaining(expected);
    }

    @Test
    void allWrongOnesAreNamedAtOnce() {
        assertThatThrownBy(() -> AnnotationRules.check(
                        Map.of("sidecar.istio.io/proxyCPU", "x\n- y", "status.sidecar.istio.io/port", "z")))
                .hasMessageContaining("annotation sidecar.istio.io/proxyCPU: x")
                .hasMessageContaining("annotation status.sidecar.istio.io/port: z");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "traffic.sidecar.istio.io/includeOutboundIPRanges | *",
                "traffic.sidecar.istio.io/includeOutboundIPRanges | ''",
                "traffic.sidecar.istio.io/includeOutboundIPRanges | 10.0.0.0/8,fd00::/8,::ffff:1.2.3.4/96,::/0",
                "traffic.sidecar.istio.io/includeInboundPorts | 80, 443",
                "traffic.sidecar.istio.io/excludeInboundPorts | ''",
                "traffic.sidecar.istio.io/excludeInterfaces | eth0, net-1.2",
                "status.sidecar.istio.io/port | 0",
                "sidecar.istio.io/proxyCPU | 0.5",
                "prometheus.istio.io/merge-metrics | T",
                "proxy.istio.io/config | '{concurrency: 2}'",
                "example.com/other | anything at all"
            })
    void aRightValuePasses(String name, String value) {
        assertThatCode(() -> AnnotationRules.check(Map.of(name, value))).doesNotThrowAnyException();
    }
}
