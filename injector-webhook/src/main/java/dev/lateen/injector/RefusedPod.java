package dev.lateen.injector;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A pod that was to be injected and could not be. It does not exist, so whoever wants to tell of it does so on its owner.
 *
 * @param namespace in which it was to run
 * @param owner the controller that asked for it; null if it was asked for by itself
 * @param reason in one line: the field, what was found and what is accepted
 */
public record RefusedPod(String namespace, @Nullable Controller owner, String reason) {
    /** A controller, as pods refer to theirs. */
    public record Controller(String apiVersion, String kind, String name, String uid) {}

    static RefusedPod of(JsonNode request, String reason) {
        String namespace = request.path("namespace").asString("default");
        for (JsonNode owner : request.path("object").path("metadata").path("ownerReferences")) {
            if (owner.path("controller").asBoolean(false)) {
                Controller controller = new Controller(
                        owner.path("apiVersion").asString(""),
                        owner.path("kind").asString(""),
                        owner.path("name").asString(""),
                        owner.path("uid").asString(""));
                return new RefusedPod(namespace, controller, reason);
            }
        }
        return new RefusedPod(namespace, null, reason);
    }
}
