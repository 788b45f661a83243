package dev.lateen.api.xds;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NamesTest {
    @Test
    void anOutboundClusterIsNamedAsByIstio() {
        ClusterName name = ClusterName.outbound(9080, "v1", "reviews.default.svc.cluster.local");
        assertThat(name).hasToString("outbound|9080|v1|reviews.default.svc.cluster.local");
        assertThat(name.sni()).isEqualTo("outbound_.9080_.v1_.reviews.default.svc.cluster.local");
        assertThat(ClusterName.parse(name.toString())).contains(name);
        assertThat(ClusterName.parseSni(name.sni())).contains(name);
        assertThat(ClusterName.outbound(80, "a.b").sni()).isEqualTo("outbound_.80_._.a.b");
        assertThat(ClusterName.parseSni("outbound_.80_._.a.b")).contains(ClusterName.outbound(80, "a.b"));
    }

    @Test
    void anInboundClusterIsNamedAsByIstio() {
        assertThat(ClusterName.inbound(9080)).hasToString("inbound|9080||");
        assertThat(ClusterName.parse("inbound|9080||")).contains(ClusterName.inbound(9080));
    }

    @Test
    void otherNamesAreNoClusterNames() {
        for (String name : new String[] {
            "BlackHoleCluster",
            "",
            "|||",
            "outbound|x|v|h",
            "outbound|70000|v|h",
            "outbound|1|v",
            "a|1||",
            "outbound|123456||h",
            "outbound|-1||h"
        }) {
            assertThat(ClusterName.parse(name)).as(name).isEmpty();
        }
        assertThat(ClusterName.parseSni("example.com")).isEmpty();
    }

    @Test
    void aNodeIdIsReadAndWrittenAsByIstio() {
        String id = "sidecar~10.1.2.3~reviews-v1-abc.default~default.svc.cluster.local";
        NodeId node = NodeId.parse(id).orElseThrow();
        assertThat(node).isEqualTo(NodeId.of(NodeId.Role.SIDECAR, "10.1.2.3", "reviews-v1-abc", "default"));
        assertThat(node).hasToString(id);
        assertThat(NodeId.parse("router~1.2.3.4~a.b~c").orElseThrow().role()).isEqualTo(NodeId.Role.ROUTER);
    }

    @Test
    void otherTextsAreNoNodeIds() {
        for (String id : new String[] {
            "", "sidecar", "sidecar~~a.b~c", "sidecar~1.2.3.4~ab~c", "agent~1.2.3.4~a.b~c", "sidecar~1~.b~c"
        }) {
            assertThat(NodeId.parse(id)).as(id).isEmpty();
        }
    }

    @Test
    void typesHaveIstiosShortNames() {
        assertThat(TypeUrls.PUSH_ORDER.stream().map(TypeUrls::shortName))
                .containsExactly("CDS", "EDS", "LDS", "RDS", "SDS");
        assertThat(TypeUrls.shortName("type.googleapis.com/x")).isEqualTo("type.googleapis.com/x");
    }
}
