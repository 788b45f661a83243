package dev.lateen.istiod.kubernetes.object;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.api.networking.VirtualService;
import dev.lateen.api.resource.Origin;
import dev.lateen.api.resource.ResourceKey;
import dev.lateen.api.schema.ApiKind;
import dev.lateen.api.yaml.IstioKinds;
import dev.lateen.api.yaml.Problem;
import dev.lateen.api.yaml.ResourceReader;
import dev.lateen.istiod.input.Offer;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** Objects of Istio's kinds, and mesh config, as an API server tells them. */
@SuppressWarnings("InlineFormatString") // a long template reads better on its own
class IstioObjectsTest {
    private static final ApiKind KIND = IstioKinds.of(VirtualService.class);
    private static final String ROUTE = """
        {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService",
         "metadata": {"name": "reviews", "namespace": "shop", "uid": "5e3f", "generation": 4, "resourceVersion": "912",
           "creationTimestamp": "2026-01-31T12:00:00Z", "labels": {"team": "a"%s},
           "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}"},
           "managedFields": [{"manager": "kubectl", "operation": "Apply"}]},
         "spec": {"hosts": ["reviews"], "http": [{%s"route": [{"destination": {"host": "reviews"}}]}]},
         "status": {"observedGeneration": 3}}
        """;

    private static @Nullable Offer offer(String revision, String label, String more) {
        GenericKubernetesResource object =
                JsonMapper.shared().readValue(ROUTE.formatted(label, more), GenericKubernetesResource.class);
        return new IstioObjects("east", revision).offer(KIND, "v1", object);
    }

    @Test
    void anObjectIsReadAsAFileIsAndKnowsWhereItStands() {
        Offer offer = requireNonNull(offer("", "", "\"timeout\": \"5s\", "));
        assertThat(offer.problems()).isEmpty();
        assertThat(offer.origin()).isEqualTo(new Origin.InCluster("east", "5e3f", 4, "912"));
        assertThat(offer.key()).isEqualTo(new ResourceKey("networking.istio.io", "VirtualService", "shop", "reviews"));
        var read = ((Offer.Read) offer).object().as(VirtualService.class).orElseThrow();
        assertThat(read.spec().hosts()).containsExactly("reviews");
        assertThat(read.meta().created()).isEqualTo(Instant.parse("2026-01-31T12:00:00Z"));
        assertThat(read.meta().labels()).containsOnlyKeys("team");
        assertThat(read.meta().annotations()).isEmpty();
    }

    @Test
    void whatIsWrongIsRefusedWithResourceFieldAndReason() {
        Offer offer = requireNonNull(offer("", "", "\"timeout\": \"soon\", "));
        assertThat(offer).isInstanceOf(Offer.Refused.class);
        assertThat(offer.problems())
                .filteredOn(Problem::isError)
                .singleElement()
                .asString()
                .contains("cluster east", "VirtualService shop/reviews", "spec.http[0].timeout", "soon");
    }

    @Test
    void anObjectForAnotherRevisionIsNoneAndWithoutRevisionAllAreTaken() {
        String canary = ", \"istio.io/rev\": \"canary\"";
        assertThat(offer("stable", canary, "")).isNull();
        assertThat(offer("canary", canary, "")).isNotNull();
        assertThat(offer("canary", "", "")).isNotNull();
        assertThat(offer("", canary, "")).isNotNull();
    }

    private static ConfigMap map(Map<String, String> data) {
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withName("istio")
                .withNamespace("istio-system")
                .endMetadata()
                .withData(data)
                .build();
    }

    @Test
    void brokenMeshConfigLeavesTheLastGoodAndSaysWhere() {
        ResourceReader reader = new ResourceReader();
        MeshConfigMap good = MeshConfigMap.NONE.next("east", map(Map.of("mesh", "trustDomain: example.org\n")), reader);
        assertThat(good.problems()).isEmpty();
        MeshConfigMap bad = good.next("east", map(Map.of("mesh", "connectTimeout: 5s\ntrustDomain: [x]\n")), reader);
        assertThat(requireNonNull(bad.mesh()).trustDomain()).isEqualTo("example.org");
        assertThat(bad.problems())
                .filteredOn(Problem::isError)
                .singleElement()
                .asString()
                .contains("cluster east", "ConfigMap istio-system/istio data.mesh line 2", "trustDomain");
        MeshConfigMap better = bad.next("east", map(Map.of("mesh", "trustDomain: other.org")), reader);
        assertThat(better.problems()).isEmpty();
        assertThat(requireNonNull(better.mesh()).trustDomain()).isEqualTo("other.org");
    }

    @Test
    void aConfigMapThatIsGoneOrEmptyTakesNothingAway() {
        ResourceReader reader = new ResourceReader();
        assertThat(MeshConfigMap.NONE.gone("east", "istio-system", "istio").problems())
                .isEmpty();
        MeshConfigMap good = MeshConfigMap.NONE.next("east", map(Map.of("mesh", "trustDomain: example.org\n")), reader);
        for (MeshConfigMap later :
                List.of(good.gone("east", "istio-system", "istio"), good.next("east", map(Map.of()), reader))) {
            assertThat(requireNonNull(later.mesh()).trustDomain()).isEqualTo("example.org");
            assertThat(later.problems()).singleElement().asString().contains("stays in force");
        }
    }

    @Test
    void networksAreNamedUnlessTheyAreNone() {
        ResourceReader reader = new ResourceReader();
        MeshConfig none = MeshConfigMap.NONE
                .next("east", map(Map.of("mesh", "", "meshNetworks", "networks: {}")), reader)
                .mesh();
        assertThat(none).isNotNull();
        assertThat(MeshConfigMap.NONE
                        .next("east", map(Map.of("mesh", "", "meshNetworks", "networks: {}")), reader)
                        .problems())
                .isEmpty();
        assertThat(MeshConfigMap.NONE
                        .next("east", map(Map.of("mesh", "", "meshNetworks", "networks: {a: {}}")), reader)
                        .problems())
                .singleElement()
                .asString()
                .contains("data.meshNetworks", "has no effect");
    }

    @Test
    void theConfigMapIsCalledAfterTheRevision() {
        assertThat(MeshConfigMap.name("")).isEqualTo("istio");
        assertThat(MeshConfigMap.name("default")).isEqualTo("istio");
        assertThat(MeshConfigMap.name("canary")).isEqualTo("istio-canary");
    }
}
