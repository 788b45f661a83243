package dev.lateen.istiod.admission;

import dev.lateen.api.resource.Origin;
import dev.lateen.api.resource.Resource;
import dev.lateen.api.yaml.Problem;
import dev.lateen.api.yaml.Reading;
import dev.lateen.api.yaml.ResourceReader;
import dev.lateen.istiod.input.ConfigInput;
import dev.lateen.istiod.input.ConfigObject;
import dev.lateen.istiod.model.MeshSnapshot;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Answers {@code admission.k8s.io/v1 AdmissionReview} texts with what {@code meshctl validate} would say: errors deny, warnings are told. The words are those of the same reader and the same snapshot. Pure;
 * safe for use by several threads. Takes the time that a change of the object takes, so it is not for an event loop.
 */
public final class ConfigAdmission {
    private final ResourceReader reader = new ResourceReader();
    private final Supplier<@Nullable MeshSnapshot> mesh;

    /** @param mesh the snapshot in force, in which an object is tried; null while there is none, then an object is looked at alone */
    public ConfigAdmission(Supplier<@Nullable MeshSnapshot> mesh) {
        this.mesh = mesh;
    }

    /**
     * The review to send back.
     *
     * @throws NotAReviewException if the text is no AdmissionReview with a request, saying what is missing
     */
    public String answer(String text) throws NotAReviewException {
        AdmissionReview review = AdmissionReview.read(text);
        if (review.object() == null || review.isLeaving()) {
            // Who takes an object away, or lets a finalizer go of one that is going, is not to be held up by what it
            // says.
            return review.answer(List.of(), List.of());
        }
        List<Problem> problems = problems(review.object(), review.uid());
        List<Problem> errors = problems.stream().filter(Problem::isError).toList();
        List<Problem> warnings =
                problems.stream().filter(problem -> !problem.isError()).toList();
        if (review.saysTheSame()) {
            // What is wrong was let in once, before there was a webhook: labels and status may change all the same.
            List<Problem> all = new ArrayList<>(errors);
            all.addAll(warnings);
            return review.answer(List.of(), all);
        }
        return review.answer(errors, warnings);
    }

    private List<Problem> problems(ObjectNode object, String uid) {
        Reading reading = reader.read(origin(object, uid), object);
        Set<Problem> problems = new LinkedHashSet<>(reading.problems());
        MeshSnapshot now = mesh.get();
        if (now != null && reading.accepted()) {
            for (Resource<?> resource : reading.resources()) {
                problems.addAll(now.problemsOf(new ConfigObject.OfIstio(resource)));
            }
        }
        return List.copyOf(problems);
    }

    private static Origin origin(JsonNode object, String uid) {
        JsonNode metadata = object.path("metadata");
        return new Origin.InCluster(
                ConfigInput.LOCAL_CLUSTER,
                metadata.path("uid").asString(uid),
                metadata.path("generation").asLong(0),
                metadata.path("resourceVersion").asString(""));
    }
}
