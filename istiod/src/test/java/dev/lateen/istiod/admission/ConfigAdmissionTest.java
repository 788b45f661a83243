package dev.lateen.istiod.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.api.resource.Origin;
import dev.lateen.api.yaml.Problem;
import dev.lateen.api.yaml.Reading;
import dev.lateen.api.yaml.ResourceReader;
import dev.lateen.istiod.input.ConfigInput;
import dev.lateen.istiod.input.KubernetesReader;
import dev.lateen.istiod.model.MeshSnapshot;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class ConfigAdmissionTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String GOOD = """
        {"apiVersion":"networking.istio.io/v1","kind":"VirtualService","metadata":{"name":"reviews","namespace":"shop"},
         "spec":{"hosts":["reviews"],"http":[{"route":[{"destination":{"host":"reviews"}}],"timeout":"1s"}]}}\
        """;
    private static final String BAD = GOOD.replace("\"1s\"", "\"1 second\"");
    private static final String WITHOUT_EFFECT = """
        {"apiVersion":"extensions.istio.io/v1alpha1","kind":"WasmPlugin","metadata":{"name":"w","namespace":"shop"},
         "spec":{"url":"oci://registry/plugin"}}\
        """;

    private final ConfigAdmission alone = new ConfigAdmission(() -> null);

    private static String review(String operation, @Nullable String object, @Nullable String before) {
        return "{\"apiVersion\":\"admission.k8s.io/v1\",\"kind\":\"AdmissionReview\",\"request\":{\"uid\":\"u-1\","
                + "\"operation\":\"" + operation + "\",\"namespace\":\"shop\",\"object\":" + object
                + ",\"oldObject\":" + before + "}}";
    }

    private static JsonNode ask(
            ConfigAdmission admission, String operation, @Nullable String object, @Nullable String before)
            throws NotAReviewException {
        JsonNode answer = JSON.readTree(admission.answer(review(operation, object, before)));
        assertThat(answer.path("apiVersion").asString()).isEqualTo("admission.k8s.io/v1");
        assertThat(answer.path("kind").asString()).isEqualTo("AdmissionReview");
        assertThat(answer.path("response").path("uid").asString()).isEqualTo("u-1");
        return answer.path("response");
    }

    private JsonNode create(String object) throws NotAReviewException {
        return ask(alone, "CREATE", object, null);
    }

    @Test
    void aGoodObjectIsAllowedWithoutAWord() throws NotAReviewException {
        JsonNode response = create(GOOD);

        assertThat(response.path("allowed").booleanValue()).isTrue();
        assertThat(response.has("status")).isFalse();
        assertThat(response.has("warnings")).isFalse();
    }

    @Test
    void aBadObjectIsDeniedInTheReadersWords() throws NotAReviewException {
        Reading reading = new ResourceReader().read(new Origin.InFile("f", 1, 0), JSON.readTree(BAD));
        Problem problem = reading.problems().getFirst();

        JsonNode response = create(BAD);

        assertThat(response.path("allowed").booleanValue()).isFalse();
        assertThat(response.path("status").path("code").intValue()).isEqualTo(422);
        assertThat(response.path("status").path("reason").asString()).isEqualTo("Invalid");
        assertThat(response.path("status").path("message").asString())
                .isEqualTo(problem.statement())
                .startsWith("VirtualService shop/reviews: spec.http[0].timeout: ")
                .contains("1 second", "(expected: a duration such as");
        assertThat(response.path("status")
                        .path("details")
                        .path("causes")
                        .path(0)
                        .path("field")
                        .asString())
                .isEqualTo("spec.http[0].timeout");
    }

    @Test
    void whatIsWrongInManyPlacesIsToldToABound() throws NotAReviewException {
        ObjectNode object = (ObjectNode) JSON.readTree(GOOD);
        for (int i = 0; i < 500; i++) {
            ((ObjectNode) object.path("spec")).put("unknown" + i, true);
        }

        JsonNode status = create(object.toString()).path("status");

        assertThat(status.path("details").path("causes").size()).isEqualTo(32);
        assertThat(status.path("message").asString().lines())
                .hasSize(33)
                .last()
                .asString()
                .endsWith("more problems");
    }

    @Test
    void whatHasNoEffectIsAllowedWithAWarning() throws NotAReviewException {
        ConfigAdmission inAMesh = new ConfigAdmission(() -> mesh());

        JsonNode response = ask(inAMesh, "CREATE", WITHOUT_EFFECT, null);

        assertThat(response.path("allowed").booleanValue()).isTrue();
        assertThat(response.path("warnings").path(0).asString()).startsWith("WasmPlugin shop/w: ");
    }

    @Test
    void tryingAnObjectLeavesTheSnapshotAsItIs() throws NotAReviewException {
        MeshSnapshot mesh = mesh();
        List<Problem> before = mesh.problems();

        ask(new ConfigAdmission(() -> mesh), "CREATE", WITHOUT_EFFECT, null);

        assertThat(mesh.problems()).isEqualTo(before).isEmpty();
        assertThat(mesh.all(dev.lateen.api.extensions.WasmPlugin.class)).isEmpty();
    }

    @Test
    void anObjectIsLookedAtAmongThoseThatAreThere() throws NotAReviewException {
        String leaf = GOOD.replace("\"hosts\":[\"reviews\"],", "").replace("\"name\":\"reviews\"", "\"name\":\"leaf\"");
        String root = """
            {"apiVersion":"networking.istio.io/v1","kind":"VirtualService","metadata":{"name":"root","namespace":"shop"},
             "spec":{"hosts":["a"],"http":[{"delegate":{"name":"leaf","namespace":"shop"}}]}}\
            """;
        MeshSnapshot without = mesh();
        MeshSnapshot with = mesh(leaf);

        JsonNode tooEarly = ask(new ConfigAdmission(() -> without), "CREATE", root, null);
        JsonNode inTime = ask(new ConfigAdmission(() -> with), "CREATE", root, null);

        assertThat(tooEarly.path("allowed").booleanValue()).isTrue();
        assertThat(tooEarly.path("warnings").path(0).asString())
                .startsWith("VirtualService shop/root: spec.http.delegate: 'shop/leaf'");
        assertThat(inTime.has("warnings")).isFalse();
    }

    @Test
    void aBadObjectThatIsThereMayChangeItsLabels() throws NotAReviewException {
        String labelled = BAD.replace("\"namespace\":\"shop\"", "\"namespace\":\"shop\",\"labels\":{\"a\":\"b\"}");

        JsonNode response = ask(alone, "UPDATE", labelled, BAD);

        assertThat(response.path("allowed").booleanValue()).isTrue();
        assertThat(response.path("warnings").path(0).asString()).contains("spec.http[0].timeout");
        assertThat(ask(alone, "UPDATE", BAD, GOOD).path("allowed").booleanValue())
                .isFalse();
    }

    @Test
    void aBadObjectMayGo() throws NotAReviewException {
        String leaving = BAD.replace(
                "\"namespace\":\"shop\"", "\"namespace\":\"shop\",\"deletionTimestamp\":\"2026-01-01T00:00:00Z\"");

        assertThat(ask(alone, "DELETE", null, BAD).path("allowed").booleanValue())
                .isTrue();
        assertThat(ask(alone, "UPDATE", leaving, GOOD).path("allowed").booleanValue())
                .isTrue();
    }

    @Test
    void whatAnApiServerAddsToAnObjectIsPassedOver() throws NotAReviewException {
        String stored = GOOD.replace(
                "\"namespace\":\"shop\"",
                "\"namespace\":\"shop\",\"uid\":\"x\",\"resourceVersion\":\"7\",\"generation\":2,\"managedFields\":[{}],"
                    + "\"creationTimestamp\":\"2026-01-01T00:00:00Z\"");

        JsonNode response = create(stored.replace("\"spec\":", "\"status\":{\"conditions\":[]},\"spec\":"));

        assertThat(response.path("allowed").booleanValue()).isTrue();
        assertThat(response.has("warnings")).isFalse();
    }

    @Test
    void objectsOfOtherKindsPass() throws NotAReviewException {
        assertThat(create("{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"c\"}}")
                        .path("allowed")
                        .booleanValue())
                .isTrue();
    }

    @Test
    void whatIsNoReviewIsRefusedWithItsReason() {
        List<String> texts = List.of(
                "",
                "{",
                "[]",
                "null",
                "\"text\"",
                "{}",
                GOOD,
                "{\"apiVersion\":\"admission.k8s.io/v1beta1\",\"kind\":\"AdmissionReview\",\"request\":{\"uid\":\"u\"}}",
                "{\"apiVersion\":\"admission.k8s.io/v1\",\"kind\":\"AdmissionReview\"}",
                "{\"apiVersion\":\"admission.k8s.io/v1\",\"kind\":\"AdmissionReview\",\"request\":{\"uid\":\"u\",\"object\":7}}",
                "{\"a\":".repeat(100_000),
                "[".repeat(4_000_000),
                review("CREATE", "{\"x\":" + "9".repeat(1000) + "}", null),
                review("CREATE", "[" + "0,".repeat(2_000_000) + "0]", null));

        assertThat(texts)
                .allSatisfy(text -> assertThatThrownBy(() -> alone.answer(text))
                        .as(text.substring(0, Math.min(text.length(), 80)))
                        .isInstanceOf(NotAReviewException.class)
                        .hasMessageContaining("expected: an AdmissionReview"));
    }

    @Test
    void hostileObjectsAreAnsweredSoon() throws NotAReviewException {
        String filter = "x == '" + "\\\\".repeat(1_000_000) + "' && " + "(".repeat(1_000_000);
        String hostile = """
            {"apiVersion":"telemetry.istio.io/v1","kind":"Telemetry","metadata":{"name":"t","namespace":"shop"},
             "spec":{"accessLogging":[{"filter":{"expression":%s}}]}}\
            """.formatted(JSON.writeValueAsString(filter));
        String regex = GOOD.replace(
                "\"timeout\":\"1s\"",
                "\"match\":[{\"uri\":{\"regex\":" + JSON.writeValueAsString("(a*)*".repeat(200_000)) + "}}]");
        create(GOOD);

        long start = System.nanoTime();
        create(hostile);
        create(regex);
        create(GOOD.replace("[\"reviews\"]", "[" + "\"a\",".repeat(300_000) + "\"a\"]"));

        // For a shared machine; it takes a tenth of that.
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    }

    private static MeshSnapshot mesh(String... objects) {
        ResourceReader reader = new ResourceReader();
        MeshConfig settings = reader.readMeshConfig("mesh", "{}").settings().orElseThrow();
        Reading reading = reader.read("objects", String.join("\n---\n", objects));
        assertThat(reading.problems()).isEmpty();
        return MeshSnapshot.build(ConfigInput.of(1, settings, KubernetesReader.objects(reading)), null);
    }
}
