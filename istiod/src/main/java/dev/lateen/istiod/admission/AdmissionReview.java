package dev.lateen.istiod.admission;

import dev.lateen.api.yaml.Limits;
import dev.lateen.api.yaml.Problem;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The question of an API server, and the form of its answer ({@code admission.k8s.io/v1}). What of it isn't asked for is passed over. How deep and how long a text may be is bounded.
 *
 * @param uid which question it is
 * @param object what is to be; null if the object is to go
 * @param before what is; null if there is none
 */
record AdmissionReview(
        String uid, @Nullable ObjectNode object, @Nullable ObjectNode before) {
    private static final String VERSION = "admission.k8s.io/v1";
    private static final String KIND = "AdmissionReview";
    private static final String EXPECTED = " (expected: an " + KIND + " of " + VERSION + ")";
    /** An object as deep as the reader takes, in request.object. */
    private static final int DEEPEST = Limits.DEFAULT.depth() + 10;

    private static final int LONGEST_NUMBER = 100;
    /** Some four for each line of YAML: far more than an object that etcd takes has. */
    private static final long MOST_TOKENS = 1_000_000;

    /** API servers cut warnings off at this length, and drop what is more than 4096 characters in all. */
    private static final int LONGEST_WARNING = 256;

    private static final int MOST_WARNINGS = 16;
    private static final int MOST_ERRORS = 32;
    private static final int UNPROCESSABLE = 422;

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEEPEST)
                            .maxNumberLength(LONGEST_NUMBER)
                            .maxTokenCount(MOST_TOKENS)
                            .build())
                    .build())
            .build();

    /**
     * Reads a text.
     *
     * @throws NotAReviewException if it is none, saying what is missing
     */
    static AdmissionReview read(String text) throws NotAReviewException {
        JsonNode review = parse(text);
        String version = review.path("apiVersion").asString("");
        if (!review.path("kind").asString("").equals(KIND) || !version.equals(VERSION)) {
            throw new NotAReviewException("body: "
                    + (review.isObject() ? "kind and apiVersion of something else" : "not an object") + EXPECTED);
        }
        JsonNode request = review.path("request");
        String uid = request.path("uid").asString("");
        if (uid.isEmpty()) {
            throw new NotAReviewException("request.uid: absent" + EXPECTED);
        }
        return new AdmissionReview(uid, object(request, "object"), object(request, "oldObject"));
    }

    private static JsonNode parse(String text) throws NotAReviewException {
        try {
            return JSON.readTree(text);
        } catch (JacksonException e) {
            String reason =
                    String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse("");
            throw new NotAReviewException("body: " + reason + EXPECTED);
        }
    }

    private static @Nullable ObjectNode object(JsonNode request, String field) throws NotAReviewException {
        JsonNode node = request.path(field);
        if (node.isMissingNode() || node.isNull()) {
            return null;
        }
        if (node instanceof ObjectNode object) {
            return object;
        }
        throw new NotAReviewException("request." + field + ": not an object" + EXPECTED);
    }

    /** Whether the object is on its way out, and only waits for its finalizers. */
    boolean isLeaving() {
        return object != null && object.path("metadata").hasNonNull("deletionTimestamp");
    }

    /** Whether the object asks for what it asked for before, in the same version. */
    boolean saysTheSame() {
        return object != null
                && before != null
                && object.path("spec").equals(before.path("spec"))
                && object.path("apiVersion").equals(before.path("apiVersion"));
    }

    /** The answer: allowed if there is no error. */
    String answer(List<Problem> errors, List<Problem> warnings) {
        ObjectNode answer = JSON.createObjectNode();
        answer.put("apiVersion", VERSION).put("kind", KIND);
        ObjectNode response = answer.putObject("response");
        response.put("uid", uid).put("allowed", errors.isEmpty());
        if (!errors.isEmpty()) {
            deny(response.putObject("status"), errors);
        }
        if (!warnings.isEmpty()) {
            warn(response.putArray("warnings"), warnings);
        }
        return JSON.writeValueAsString(answer);
    }

    private static void deny(ObjectNode status, List<Problem> errors) {
        List<Problem> told = errors.subList(0, Math.min(errors.size(), MOST_ERRORS));
        String more = errors.size() > told.size() ? "\n" + (errors.size() - told.size()) + " more problems" : "";
        status.put("code", UNPROCESSABLE).put("reason", "Invalid");
        status.put("message", told.stream().map(Problem::statement).collect(Collectors.joining("\n")) + more);
        ArrayNode causes = status.putObject("details").putArray("causes");
        for (Problem error : told) {
            causes.addObject()
                    .put("reason", "FieldValueInvalid")
                    .put("field", error.path())
                    .put(
                            "message",
                            error.accepted().isEmpty()
                                    ? error.found()
                                    : error.found() + " (expected: " + error.accepted() + ")");
        }
    }

    private static void warn(ArrayNode list, List<Problem> warnings) {
        for (Problem warning : warnings.subList(0, Math.min(warnings.size(), MOST_WARNINGS))) {
            String text = warning.statement();
            list.add(text.length() <= LONGEST_WARNING ? text : text.substring(0, LONGEST_WARNING - 3) + "...");
        }
        if (warnings.size() > MOST_WARNINGS) {
            list.add((warnings.size() - MOST_WARNINGS) + " more warnings");
        }
    }
}
