package dev.lateen.injector;

import dev.lateen.injector.tree.PodPatch;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.function.Consumer;
import java.util.function.Function;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Answers {@code admission.k8s.io/v1 AdmissionReview} texts: review in, review out with a JSON patch (RFC 6902). Pure but for asking what a namespace says. Everything is handled as trees, so whatever an
 * API server adds to review or pod passes.
 */
final class AdmissionReviews {
    /** A pod of 3 MiB has some 200,000; each costs up to a hundred bytes of memory. */
    private static final long MOST_TOKENS = 500_000;

    /** Kubernetes' own types are less than 20 deep. */
    private static final int DEEPEST = 100;

    private final Injection injection;
    private final Function<String, NamespaceMarks> namespaces;
    private final Consumer<RefusedPod> refusals;
    private final JsonMapper json = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxTokenCount(MOST_TOKENS)
                            .maxNestingDepth(DEEPEST)
                            .build())
                    .build())
            .build();

    AdmissionReviews(Injection injection) {
        this(injection, _ -> NamespaceMarks.UNKNOWN);
    }

    /** @param namespaces what is known of the namespace of that name */
    AdmissionReviews(Injection injection, Function<String, NamespaceMarks> namespaces) {
        this(injection, namespaces, _ -> {});
    }

    /** @param refusals is told of pods that can't be injected, unless they are only tried */
    AdmissionReviews(Injection injection, Function<String, NamespaceMarks> namespaces, Consumer<RefusedPod> refusals) {
        this.injection = injection;
        this.namespaces = namespaces;
        this.refusals = refusals;
    }

    /** At a URL that gives no variables. */
    String answer(String text) {
        return answer("/inject", text);
    }

    /**
     * @param path of the URL
     * @return the review to send back
     * @throws IllegalArgumentException when the text is no AdmissionReview with a request, saying what is missing
     */
    String answer(String path, String text) {
        JsonNode review = parse(text);
        JsonNode request = review.path("request");
        String uid = request.path("uid").asString("");
        if (uid.isEmpty()) {
            throw new IllegalArgumentException("request.uid: absent (expected: an AdmissionReview with a request)");
        }
        ObjectNode response = json.createObjectNode().put("uid", uid);
        try {
            respond(path, request, response);
        } catch (JacksonException | IllegalArgumentException e) {
            response.removeAll();
            response.put("uid", uid).put("allowed", false);
            String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            response.putObject("status").put("code", 400).put("message", "request.object: " + message);
            if (!request.path("dryRun").asBoolean(false)) {
                refusals.accept(RefusedPod.of(request, message));
            }
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

    private void respond(String path, JsonNode request, ObjectNode response) {
        response.put("allowed", true);
        if (!"Pod".equals(request.path("kind").path("kind").asString(""))
                || !(request.path("object") instanceof ObjectNode object)) {
            return;
        }
        PodShape.check(object);
        ObjectNode pod = object.deepCopy();
        pod.put("kind", "Pod");
        String namespace = request.path("namespace").asString("default");
        InjectionDecision decision = injection.apply(
                pod, new Injection.Place(namespace, namespaces.apply(namespace), UrlVariables.of(path)));
        if (decision != null && decision.inject()) {
            response.put("patchType", "JSONPatch");
            response.put(
                    "patch",
                    Base64.getEncoder()
                            .encodeToString(json.writeValueAsString(PodPatch.of(object, pod))
                                    .getBytes(StandardCharsets.UTF_8)));
        } else if (decision != null) {
            response.putObject("auditAnnotations").put("injection", decision.reason() + " " + decision.detail());
        }
    }
}
