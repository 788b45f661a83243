package dev.lateen.istiod.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.xds.TypeUrls;
import dev.lateen.istiod.model.ProxyNode;
import dev.lateen.istiod.translate.resource.Memo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is made once is given to all that may have it, and given again while nothing changed. */
class SharedAnswersTest {
    private static String service(String name, int port) {
        return "apiVersion: v1\nkind: Service\nmetadata: {name: " + name + ", namespace: default}\n"
                + "spec: {clusterIP: 10.0.0." + port % 100 + ", selector: {app: " + name
                + "}, ports: [{name: http, port: " + port + "}]}\n";
    }

    private static final ProxyNode ONE = Mesh.envoy("client-1", "10.1.0.1", Map.of("app", "client"));
    private static final ProxyNode OTHER = Mesh.envoy("client-2", "10.1.0.2", Map.of("app", "client"));

    @Test
    void proxiesThatSeeTheSameGetTheSameObjects() {
        Mesh mesh = Mesh.of(service("a", 80), service("b", 81));
        for (String type : TypeUrls.PUSH_ORDER) {
            assertThat(mesh.translation(ONE).all(type))
                    .as(type)
                    .isSameAs(mesh.translation(OTHER).all(type));
        }
    }

    @Test
    void aChangeGivesNewResourcesOnlyWhereItTouches() {
        Mesh before = Mesh.of(service("a", 80), service("b", 81));
        Mesh after = before.then(service("a", 80), service("b", 82));
        String untouched = "outbound|80||a.default.svc.cluster.local";
        assertThat(after.translation(ONE).named(TypeUrls.CLUSTER, untouched))
                .isSameAs(before.translation(ONE).named(TypeUrls.CLUSTER, untouched));
        assertThat(after.translation(ONE).named(TypeUrls.ROUTE, "80"))
                .isSameAs(before.translation(ONE).named(TypeUrls.ROUTE, "80"));
        assertThat(after.names(ONE, TypeUrls.CLUSTER)).contains("outbound|82||b.default.svc.cluster.local");
    }

    @Test
    void anUnchangedMeshGivesTheVeryListsItGaveBefore() {
        Mesh before = Mesh.of(service("a", 80));
        Mesh after = before.then(service("a", 80));
        for (String type : TypeUrls.PUSH_ORDER) {
            assertThat(after.translation(ONE).all(type))
                    .as(type)
                    .isSameAs(before.translation(ONE).all(type));
        }
    }

    @Test
    void whatIsRememberedStaysBounded() {
        List<Integer> made = new ArrayList<>();
        Memo<Integer, String> memo = new Memo<>(10, n -> {
            made.add(n);
            return "made " + n;
        });
        for (int i = 0; i < 1000; i++) {
            assertThat(memo.get(i)).isEqualTo("made " + i);
        }
        made.clear();
        assertThat(memo.get(999)).isEqualTo("made 999");
        assertThat(made).isEmpty();
        assertThat(memo.get(1)).isEqualTo("made 1");
        assertThat(made).containsExactly(1);
    }
}
