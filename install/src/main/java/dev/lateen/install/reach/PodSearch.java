package dev.lateen.install.reach;

import dev.lateen.install.cluster.ApiReason;
import dev.lateen.install.failure.CommandFailure;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds the pods that users and tools mean. Blocks. */
final class PodSearch {
    private static final int MOST_NAMES = 10;

    private final KubernetesClient client;
    private final String namespace;

    /** @param namespace of names that don't say one */
    PodSearch(KubernetesClient client, String namespace) {
        this.client = client;
        this.namespace = namespace;
    }

    /**
     * The pod of a name; a beginning is enough where only one has it. Of a workload's pods it is the first that is ready, else the first.
     *
     * @throws CommandFailure if there is none, several, or the API server doesn't say: with the names that are near
     */
    Pod named(String given) {
        PodName name = PodName.of(given, namespace);
        return name.kind() == PodName.Kind.POD ? pod(name) : ofWorkload(name);
    }

    /** The pods with some labels, by name. */
    List<Pod> labelled(String where, Map<String, String> labels) {
        return asked(
                "list the pods of namespace " + where,
                () -> client.pods().inNamespace(where).withLabels(labels).list().getItems().stream()
                        .sorted(Comparator.comparing(pod -> pod.getMetadata().getName()))
                        .toList());
    }

    private Pod pod(PodName name) {
        Pod exact = asked(
                "read " + name,
                () -> client.pods()
                        .inNamespace(name.namespace())
                        .withName(name.name())
                        .get());
        if (exact != null) {
            return exact;
        }
        List<Pod> all = labelled(name.namespace(), Map.of());
        List<Pod> beginning = all.stream()
                .filter(pod -> pod.getMetadata().getName().startsWith(name.name()))
                .toList();
        if (beginning.size() == 1) {
            return beginning.getFirst();
        }
        throw new CommandFailure(
                CommandFailure.BAD_INPUT,
                name + (beginning.isEmpty() ? ": there is none" : ": several begin so") + " (expected: "
                        + (all.isEmpty() ? "a pod; that namespace has none" : "one of " + names(beginning, all)) + ")");
    }

    /** Those that begin so if any do, else all of the namespace, as far as a line holds them. */
    private static String names(List<Pod> beginning, List<Pod> all) {
        List<Pod> shown = beginning.isEmpty() ? all : beginning;
        String text = shown.stream()
                .limit(MOST_NAMES)
                .map(pod -> pod.getMetadata().getName())
                .collect(Collectors.joining(", "));
        return shown.size() <= MOST_NAMES ? text : text + " and " + (shown.size() - MOST_NAMES) + " more";
    }

    private Pod ofWorkload(PodName name) {
        Map<String, String> labels = selector(name);
        return labelled(name.namespace(), labels).stream()
                .min(Comparator.comparing((Pod pod) -> !PodState.isReady(pod)))
                .orElseThrow(() -> new CommandFailure(CommandFailure.FAILED, name + ": it has no pods now"));
    }

    private Map<String, String> selector(PodName name) {
        Map<String, String> labels = asked("read " + name, () -> switch (name.kind()) {
            case POD -> Map.of();
            case DEPLOYMENT ->
                labels(
                        client.apps()
                                .deployments()
                                .inNamespace(name.namespace())
                                .withName(name.name())
                                .get(),
                        found -> found.getSpec().getSelector());
            case REPLICA_SET ->
                labels(
                        client.apps()
                                .replicaSets()
                                .inNamespace(name.namespace())
                                .withName(name.name())
                                .get(),
                        found -> found.getSpec().getSelector());
            case STATEFUL_SET ->
                labels(
                        client.apps()
                                .statefulSets()
                                .inNamespace(name.namespace())
                                .withName(name.name())
                                .get(),
                        found -> found.getSpec().getSelector());
            case DAEMON_SET ->
                labels(
                        client.apps()
                                .daemonSets()
                                .inNamespace(name.namespace())
                                .withName(name.name())
                                .get(),
                        found -> found.getSpec().getSelector());
            case JOB ->
                labels(
                        client.batch()
                                .v1()
                                .jobs()
                                .inNamespace(name.namespace())
                                .withName(name.name())
                                .get(),
                        found -> found.getSpec().getSelector());
            case SERVICE -> {
                var found = client.services()
                        .inNamespace(name.namespace())
                        .withName(name.name())
                        .get();
                yield found == null ? null : found.getSpec().getSelector();
            }
        });
        if (labels == null || labels.isEmpty()) {
            throw new CommandFailure(
                    CommandFailure.BAD_INPUT,
                    name + (labels == null ? ": there is none" : ": it selects no pods by labels") + " (expected: "
                            + "a name that 'kubectl get " + name.kind().word() + " -n " + name.namespace()
                            + "' lists)");
        }
        return labels;
    }

    private static <T> @Nullable Map<String, String> labels(
            @Nullable T found, Function<T, @Nullable LabelSelector> selector) {
        LabelSelector chosen = found == null ? null : selector.apply(found);
        if (chosen == null) {
            return null;
        }
        return chosen.getMatchLabels() == null ? Map.of() : chosen.getMatchLabels();
    }

    private <T extends @Nullable Object> T asked(String what, Supplier<T> call) {
        try {
            return call.get();
        } catch (KubernetesClientException e) {
            String where = e.getStatus() == null ? " (expected: an API server at " + client.getMasterUrl() + ")" : "";
            throw new CommandFailure(CommandFailure.FAILED, "can't " + what + ": " + ApiReason.of(e) + where);
        }
    }
}
