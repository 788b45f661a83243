package dev.lateen.injector;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.fabric8.zjsonpatch.JsonDiff;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Answers {@code admission.k8s.io/v1 AdmissionReview} texts: review in, review out with a JSON patch (RFC 6902). Pure. The review itself is
 * handled as a tree, so whatever an API server adds to it passes; only the pod is read as a pod.
 */
final class AdmissionReviews {
    private final Injection injection;
    private final KubernetesSerialization kubernetes = new KubernetesSerialization();
    private final JsonMapper json = JsonMapper.builder().build();

    AdmissionReviews(Injection injection) {
        this.injection = injection;
    }

    /**
     * @return the review to send back
     * @throws IllegalArgumentException when the text is no AdmissionReview with a request, saying what is missing
     */
    String answer(String text) {
        JsonNode review = parse(text);
        JsonNode request = review.path("request");
        String uid = request.path("uid").asString("");
        if (uid.isEmpty()) {
            throw new IllegalArgumentException("request.uid: absent (expected: an AdmissionReview with a request)");
        }
        ObjectNode response = json.createObjectNode().put("uid", uid);
        try {
            respond(request, response);
        } catch (JacksonException | IllegalArgumentException | KubernetesClientException e) {
            response.put("allowed", false);
            String message = String.valueOf((e.getCause() == null ? e : e.getCause()).getMessage());
            response.putObject("status")
                    .put("code", 400)
                    .put(
                            "message",
                            "request.object: " + message.lines().findFirst().orElse(""));
        }
        ObjectNode answer = json.createObjectNode();
        answer.put("apiVersion", review.path("apiVersion").asString("admission.k8s.io/v1"));
        answer.put("kind", "AdmissionReview");
        answer.set("response", response);
        return json.writeValueAsString(answer);
    }

    private JsonNode parse(String text) {
        try {
            JsonNode review = json.readTree(text);
            if (!review.isObject()) {
                throw new IllegalArgumentException("body: not an object (expected: an AdmissionReview)");
            }
            return review;
        } catch (JacksonException e) {
            throw new IllegalArgumentException(
                    "body: " + e.getOriginalMessage() + " (expected: an AdmissionReview)", e);
        }
    }

    private void respond(JsonNode request, ObjectNode response) {
        response.put("allowed", true);
        JsonNode object = request.path("object");
        if (!"Pod".equals(request.path("kind").path("kind").asString("")) || !object.isObject()) {
            return;
        }
        Pod pod = kubernetes.unmarshal(json.writeValueAsString(object), Pod.class);
        if (pod.getSpec() == null
                || pod.getSpec().getContainers().isEmpty()
                || pod.getSpec().getContainers().contains(null)) {
            throw new IllegalArgumentException("spec.containers: none (expected: at least one)");
        }
        if (pod.getMetadata() == null) {
            pod.setMetadata(new io.fabric8.kubernetes.api.model.ObjectMeta());
        }
        JsonNode before = json.readTree(kubernetes.asJson(pod));
        InjectionDecision decision =
                injection.apply(pod, request.path("namespace").asString("default"), Map.of());
        if (decision != null && decision.inject()) {
            JsonNode patch = JsonDiff.asJson(before, json.readTree(kubernetes.asJson(pod)));
            response.put("patchType", "JSONPatch");
            response.put(
                    "patch",
                    Base64.getEncoder()
                            .encodeToString(json.writeValueAsString(patch).getBytes(StandardCharsets.UTF_8)));
        } else if (decision != null) {
            response.putObject("auditAnnotations").put("injection", decision.reason() + " " + decision.detail());
        }
    }
}
