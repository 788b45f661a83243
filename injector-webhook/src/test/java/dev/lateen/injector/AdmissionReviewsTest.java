package dev.lateen.injector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.zjsonpatch.JsonPatch;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class AdmissionReviewsTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Injection INJECTION = Pods.injection("{}", "{}");

    private static final String POD = """
        {"apiVersion":"v1","kind":"Pod","metadata":{"generateName":"a-7f-","labels":{"app":"a","pod-template-hash":"7f"},
         "annotations":{MARKS},"managedFields":[{"manager":"m"}],
         "ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"a-7f","uid":"1","controller":true}]},
         "spec":{"containers":[{"name":"a","image":"a","futureField":[1]}],"futureField":{"x":1}}}\
        """;

    private static String review(String pod) {
        return "{\"apiVersion\":\"admission.k8s.io/v1\",\"kind\":\"AdmissionReview\",\"request\":{\"uid\":\"u-1\","
                + "\"namespace\":\"shop\",\"kind\":{\"group\":\"\",\"version\":\"v1\",\"kind\":\"Pod\"},\"object\":"
                + pod + "}}";
    }

    private static JsonNode response(AdmissionReviews reviews, String path, String marks) {
        return JSON.readTree(reviews.answer(path, review(POD.replace("MARKS", marks))))
                .path("response");
    }

    private static JsonNode patched(JsonNode response, String marks) {
        JsonNode patch = JSON.readTree(
                new String(Base64.getDecoder().decode(response.path("patch").asString()), StandardCharsets.UTF_8));
        return JsonPatch.apply(patch, JSON.readTree(POD.replace("MARKS", marks)));
    }

    @Test
    void aReviewIsAnsweredWithAPatchThatGivesTheSidecar() {
        JsonNode response = response(new AdmissionReviews(INJECTION), "/inject", "");
        assertThat(response.path("uid").asString()).isEqualTo("u-1");
        assertThat(response.path("allowed").asBoolean()).isTrue();
        JsonNode patched = patched(response, "");
        assertThat(patched.path("spec")
                        .path("initContainers")
                        .get(1)
                        .path("name")
                        .asString())
                .isEqualTo("istio-proxy");
        assertThat(patched.toString()).contains("kubernetes://apis/apps/v1/namespaces/shop/deployments/a");
        // What this release does not know yet stays as it is.
        assertThat(patched.path("spec").path("futureField").toString()).isEqualTo("{\"x\":1}");
        assertThat(patched.path("spec").path("containers").toString()).contains("\"futureField\":[1]");
    }

    @Test
    void theUrlSaysInWhichClusterThePodIs() {
        JsonNode response = response(new AdmissionReviews(INJECTION), "/inject/cluster/c--slash--1/net/n1", "");
        assertThat(patched(response, "").toString())
                .contains("{\"name\":\"ISTIO_META_CLUSTER_ID\",\"value\":\"c/1\"}")
                .contains("\"topology.istio.io/network\":\"n1\"");
    }

    @Test
    void aPodThatIsRefusedHearsWhichAnnotationWhatWasFoundAndWhatIsAccepted() {
        JsonNode response =
                response(new AdmissionReviews(INJECTION), "/inject", "\"sidecar.istio.io/interceptionMode\":\"MAGIC\"");
        assertThat(response.path("allowed").asBoolean()).isFalse();
        assertThat(response.has("patch")).isFalse();
        assertThat(response.path("status").path("message").asString())
                .isEqualTo("request.object: annotation sidecar.istio.io/interceptionMode: MAGIC"
                        + " (expected: REDIRECT, TPROXY or NONE)");
    }

    @Test
    void aPodThatIsRefusedIsToldOfByItsControllerUnlessItIsOnlyTried() {
        List<RefusedPod> refused = new ArrayList<>();
        AdmissionReviews reviews = new AdmissionReviews(INJECTION, _ -> NamespaceMarks.UNKNOWN, refused::add);
        String review = review(POD.replace("MARKS", "\"sidecar.istio.io/interceptionMode\":\"MAGIC\""));
        reviews.answer(review);
        assertThat(refused).singleElement().satisfies(pod -> {
            assertThat(pod.namespace()).isEqualTo("shop");
            assertThat(pod.owner()).isEqualTo(new RefusedPod.Controller("apps/v1", "ReplicaSet", "a-7f", "1"));
            assertThat(pod.reason())
                    .isEqualTo(
                            "annotation sidecar.istio.io/interceptionMode: MAGIC (expected: REDIRECT, TPROXY or NONE)");
        });
        reviews.answer(review.replace("\"uid\":\"u-1\"", "\"uid\":\"u-1\",\"dryRun\":true"));
        reviews.answer(review(POD.replace("MARKS", "")));
        assertThat(refused).hasSize(1);
    }

    @Test
    void whatIsKnownOfTheNamespaceCounts() {
        AdmissionReviews reviews = new AdmissionReviews(
                INJECTION,
                name -> new NamespaceMarks(
                        Map.of("istio-injection", name.equals("shop") ? "disabled" : "x"), Map.of()));
        JsonNode response = response(reviews, "/inject", "");
        assertThat(response.path("allowed").asBoolean()).isTrue();
        assertThat(response.has("patch")).isFalse();
        assertThat(response.path("auditAnnotations").path("injection").asString())
                .isEqualTo("POLICY namespace label istio-injection: disabled");
    }

    @Test
    void whatIsNoReviewIsRefusedWithAReason() {
        AdmissionReviews reviews = new AdmissionReviews(INJECTION);
        assertThatThrownBy(() -> reviews.answer("{")).hasMessageContaining("expected: an AdmissionReview");
        assertThatThrownBy(() -> reviews.answer("{}")).hasMessageContaining("request.uid");
        assertThat(reviews.answer("{\"request\":{\"uid\":\"1\",\"kind\":{\"kind\":\"Pod\"},\"object\":{\"spec\":{}}}}"))
                .contains("\"allowed\":false")
                .contains("spec.containers");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"spec\":{\"containers\":\"x\"}}",
                "{\"spec\":{\"containers\":[null]}}",
                "{\"spec\":{\"containers\":[5]}}",
                "{\"spec\":{\"containers\":[{\"name\":{}}]}}",
                "{\"spec\":{\"containers\":[{\"name\":\"a\",\"readinessProbe\":[]}]}}",
                "{\"spec\":{\"containers\":[{\"name\":\"a\",\"env\":[1]}]}}",
                "{\"spec\":{\"containers\":[{\"name\":\"a\"}],\"volumes\":{\"a\":1}}}",
                "{\"spec\":{\"containers\":[{\"name\":\"a\"}],\"volumes\":[{\"emptyDir\":{}}],\"initContainers\":[[]]}}",
                "{\"metadata\":5,\"spec\":{\"containers\":[{\"name\":\"a\"}]}}",
                "{\"metadata\":{\"labels\":{\"a\":{}}},\"spec\":{\"containers\":[{\"name\":\"a\"}]}}",
                "{\"metadata\":{\"annotations\":[]},\"spec\":{\"containers\":[{\"name\":\"a\"}]}}",
                "{\"kind\":\"Service\",\"spec\":7}"
            })
    void aPodThatIsNoneIsNotAllowedAndToldWhy(String object) {
        String review = "{\"request\":{\"uid\":\"1\",\"kind\":{\"kind\":\"Pod\"},\"object\":" + object + "}}";
        assertThat(new AdmissionReviews(INJECTION).answer(review))
                .contains("\"uid\":\"1\"")
                .contains("\"allowed\":false")
                .contains("request.object: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{\"a\":"})
    void endlessNestingIsRefused(String open) {
        assertThatThrownBy(() -> new AdmissionReviews(INJECTION).answer(open.repeat(100_000)))
                .hasMessageContaining("expected: an AdmissionReview");
    }

    @Test
    void moreTokensThanAnyPodHasAreRefused() {
        String many = "[" + "0,".repeat(600_000) + "0]";
        assertThatThrownBy(() -> new AdmissionReviews(INJECTION).answer("{\"a\":" + many + "}"))
                .hasMessageContaining("expected: an AdmissionReview");
    }

    @ParameterizedTest
    @CsvSource({
        "/inject,{}",
        "/inject/,{}",
        "/inject/cluster,{}",
        "/inject/cluster/c1/net/n1/,'{ISTIO_META_CLUSTER_ID=c1, ISTIO_META_NETWORK=n1}'",
        "/inject/cluster/c1/custom_env/foo,'{CUSTOM_ENV=foo, ISTIO_META_CLUSTER_ID=c1}'",
        "/inject/cluster/c1/odd,{ISTIO_META_CLUSTER_ID=c1}",
        "/inject/:ENV:cluster=c2:ENV:rootpage=/foo/bar,'{ISTIO_META_CLUSTER_ID=c2, ROOTPAGE=/foo/bar}'",
        "/inject/a/b/c/:ENV:d=e,'{A=b, C=:ENV:d=e}'",
        "/inject/:ENV:a=b:ENV:=c:ENV:=,{A=b}"
    })
    void aUrlGivesVariables(String path, String expected) {
        assertThat(UrlVariables.of(path).toString()).isEqualTo(expected);
    }
}
