package dev.lateen.injector;

import dev.lateen.api.yaml.StartSettings;
import dev.lateen.injector.after.PreviousInjection;
import dev.lateen.injector.overlay.Templates;
import dev.lateen.injector.pod.AnnotationRules;
import dev.lateen.injector.pod.OpenShift;
import dev.lateen.injector.pod.Owner;
import dev.lateen.injector.pod.PodFacts;
import dev.lateen.injector.pod.ProxyIds;
import dev.lateen.injector.pod.ProxySettingsView;
import dev.lateen.injector.settings.InjectedMesh;
import dev.lateen.injector.settings.SidecarSettings;
import dev.lateen.injector.tree.Quantities;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The decision and its execution for any Kubernetes object that makes pods. Pure but for editing the object it is given; used by the
 * webhook and by {@code meshctl kube-inject} alike. Called by any thread.
 */
public final class Injection {
    private final Supplier<InjectorConfig> config;
    private final Surroundings surroundings;

    /**
     * What is asked anew for each pod.
     *
     * @param starts with which settings proxies start
     * @param mesh what the mesh config says
     * @param nativeNodes whether the node of that name has native sidecars; an empty name asks of all nodes
     */
    public record Surroundings(StartSource starts, Supplier<InjectedMesh> mesh, Predicate<String> nativeNodes) {
        /** With Istio's default mesh config on nodes that have native sidecars. */
        public static Surroundings of(StartSource starts) {
            return new Surroundings(starts, () -> InjectedMesh.DEFAULT, _ -> true);
        }
    }

    /** With proxies of whose start nobody but their pods says anything. */
    public Injection(InjectionPolicy policy, SidecarSettings settings) {
        this(policy, settings, StartSource.POD);
    }

    /** @param starts with which settings proxies start */
    public Injection(InjectionPolicy policy, SidecarSettings settings, StartSource starts) {
        this(fixed(new InjectorConfig(settings, policy, Templates.BUILT_IN)), Surroundings.of(starts));
    }

    /** @param config may change while it is used */
    public Injection(Supplier<InjectorConfig> config, Surroundings surroundings) {
        this.config = config;
        this.surroundings = surroundings;
    }

    private static Supplier<InjectorConfig> fixed(InjectorConfig config) {
        return () -> config;
    }

    /**
     * Decides, and injects in place when the decision says so.
     *
     * @param object a Pod or a controller with a pod template; other kinds are left alone
     * @param namespace where it will run when its metadata does not say
     * @param marks what that namespace says
     * @return the decision, or null when the object makes no pods
     * @throws IllegalArgumentException if it is to be injected and can't be: the annotation or template, what was found and what is accepted
     */
    public @Nullable InjectionDecision apply(ObjectNode object, String namespace, NamespaceMarks marks) {
        return apply(object, new Place(namespace, marks, Map.of()));
    }

    /**
     * Where a pod is to run, as far as the pod itself does not say.
     *
     * @param namespace its name
     * @param marks what it says
     * @param variables that the webhook's URL gives
     */
    record Place(String namespace, NamespaceMarks marks, Map<String, String> variables) {}

    @Nullable
    InjectionDecision apply(ObjectNode object, Place place) {
        Workload workload = Workload.of(object, place.namespace);
        if (workload == null) {
            return null;
        }
        InjectorConfig now = config.get();
        JsonNode metadata = workload.pod().path("metadata");
        InjectionDecision decision = now.policy()
                .decide(new InjectionPolicy.Candidate(
                        PodFacts.texts(metadata.path("labels")),
                        PodFacts.texts(metadata.path("annotations")),
                        workload.pod().path("spec").path("hostNetwork").asBoolean(false),
                        workload.owner().namespace(),
                        place.marks.labels()));
        if (decision.inject()) {
            PodShape.check(workload.pod());
            workload.replace(inject(workload, now, place));
        }
        return decision;
    }

    private ObjectNode inject(Workload workload, InjectorConfig now, Place place) {
        ObjectNode pod = workload.pod().deepCopy();
        Quantities.canonicalizeContainers(pod.path("spec"));
        if (now.settings().identity().platform().equals("openshift")) {
            OpenShift.forgetAssignedUser(pod);
        }
        AnnotationRules.check(PodFacts.texts(pod.path("metadata").path("annotations")));
        return PodInjector.inject(pod, facts(pod, workload.owner(), now, place), now.templates(), place.variables);
    }

    private PodFacts facts(ObjectNode pod, Owner owner, InjectorConfig now, Place place) {
        Map<String, String> annotations = PodFacts.texts(pod.path("metadata").path("annotations"));
        Map<String, String> labels = PodFacts.texts(pod.path("metadata").path("labels"));
        StartSettings own =
                StartSettings.parse(StartSettings.ANNOTATION, annotations.getOrDefault(StartSettings.ANNOTATION, ""));
        ProxySettingsView start =
                new ProxySettingsView(surroundings.starts.of(new StartSettings.Pod(owner.namespace(), labels, own)));
        ObjectNode before = pod.deepCopy();
        PreviousInjection.undo(before, start.statusPort());
        return new PodFacts(
                owner,
                before.path("metadata"),
                before.path("spec"),
                PodFacts.texts(before.path("metadata").path("annotations")),
                labels,
                start,
                surroundings.mesh.get(),
                now.settings(),
                ProxyIds.of(place.marks.annotations()),
                switch (now.settings().node().nativeSidecars()) {
                    case ENABLED -> true;
                    case DISABLED -> false;
                    case AUTO ->
                        surroundings.nativeNodes.test(
                                pod.path("spec").path("nodeName").asString(""));
                });
    }

    /** The metadata of the pods that an object makes, or of the pod itself; null when it makes none. */
    public static @Nullable JsonNode podMetadata(ObjectNode object) {
        Workload workload = Workload.of(object, "default");
        return workload == null ? null : workload.pod().path("metadata");
    }
}
