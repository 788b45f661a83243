package dev.lateen.injector;

import dev.lateen.injector.after.ContainerOrder;
import dev.lateen.injector.after.Marks;
import dev.lateen.injector.after.PreviousInjection;
import dev.lateen.injector.after.ProbeRewrite;
import dev.lateen.injector.after.PrometheusMerge;
import dev.lateen.injector.after.UserContainers;
import dev.lateen.injector.overlay.Template;
import dev.lateen.injector.overlay.Templates;
import dev.lateen.injector.pod.PodFacts;
import dev.lateen.injector.tree.ContainerTrees;
import dev.lateen.injector.tree.Quantities;
import dev.lateen.injector.tree.StrategicMerge;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The way of one pod to its proxy, step by step. Pure. */
final class PodInjector {
    private PodInjector() {}

    /**
     * The pod with its proxy.
     *
     * @param pod as it came, not changed
     * @param facts of the pod as it was before any injection
     * @param templates of the injector
     * @param fromUrl variables that the webhook's URL gives
     * @throws IllegalArgumentException if a template can't be merged, or the pod says something that can't be: which, what was found, what is accepted
     */
    static ObjectNode inject(ObjectNode pod, PodFacts facts, Templates templates, Map<String, String> fromUrl) {
        List<Template> chosen = templates.of(pod.path("metadata")
                .path("annotations")
                .path(Templates.ANNOTATION)
                .asString(null));
        ObjectNode template = JsonNodeFactory.instance.objectNode();
        ObjectNode merged = pod.deepCopy();
        for (Template each : chosen) {
            ObjectNode overlay = each.render(facts);
            template = StrategicMerge.merge(template, overlay);
            followNative(merged, template, facts);
            merged = StrategicMerge.merge(merged, overlay);
        }
        Quantities.canonicalizeContainers(merged.path("spec"));
        UserContainers.reapply(merged, pod, template);
        UserContainers.followUser(merged, pod, facts);
        Map<String, String> place = Marks.placeVariables(fromUrl, facts);
        Marks.place(merged, place);
        PrometheusMerge.apply(merged, facts);
        PrometheusMerge.tellSecurePort(merged);
        ProbeRewrite.apply(merged, facts, PreviousInjection.isThere(pod));
        Marks.annotate(merged, template, place, facts);
        ContainerOrder.apply(merged, facts);
        return merged;
    }

    /** A user writes the proxy's container among the ordinary ones; it is merged where the template has it. */
    private static void followNative(ObjectNode merged, JsonNode template, PodFacts facts) {
        ObjectNode spec = merged.withObject("/spec");
        JsonNode init = template.path("spec").path(ContainerTrees.INIT);
        if (facts.isNative()
                && ContainerTrees.find(init, ContainerTrees.PROXY) != null
                && ContainerTrees.find(spec.path(ContainerTrees.CONTAINERS), ContainerTrees.PROXY) != null) {
            spec.withArray(ContainerTrees.INIT)
                    .add(ContainerTrees.remove(spec, ContainerTrees.CONTAINERS, ContainerTrees.PROXY));
        }
    }
}
