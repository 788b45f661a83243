package dev.lateen.install.cluster;

import dev.lateen.api.crd.CustomResourceDefinitions;
import dev.lateen.install.cluster.ApiObjects.Outcome;
import dev.lateen.install.failure.CommandFailure;
import dev.lateen.install.manifest.InstallManifest;
import dev.lateen.install.manifest.RevisionTag;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/**
 * Brings a cluster to what a manifest says: what is missing is created, what differs is changed, what an earlier installation of the same revision left behind is
 * removed. Done twice, the second time changes nothing. Blocks.
 */
public final class ClusterInstall {
    private final ApiObjects objects;
    private final Rollout rollout;
    private final Consumer<String> progress;
    private final Map<Outcome, Integer> outcomes = new EnumMap<>(Outcome.class);

    /**
     * For one cluster.
     *
     * @param progress is told, in one line each, what was done and what is waited for
     * @param patience how long something may take to be at work
     */
    public ClusterInstall(KubernetesClient client, Consumer<String> progress, Duration patience) {
        this.objects = new ApiObjects(client);
        this.rollout = new Rollout(client, progress, patience);
        this.progress = progress;
    }

    /**
     * Applies all, and waits until it is at work. Definitions that the cluster has already, in the same versions, are left alone.
     *
     * @param wait whether to wait for pods; the gateways' need a control plane that serves
     * @throws CommandFailure if the API server refuses something, or something isn't at work in time: which, and why
     */
    public void run(InstallManifest manifest, boolean wait) throws InterruptedException {
        List<HasMetadata> missing =
                manifest.definitions().stream().filter(this::isMissing).toList();
        apply("custom resource definitions", missing);
        rollout.definitions(missing);
        apply("rights and settings", manifest.base());
        apply("control plane", manifest.controlPlane());
        if (wait) {
            await(manifest.controlPlane());
        }
        apply("gateways", manifest.gateways());
        if (wait) {
            await(manifest.gateways());
        }
        prune(manifest);
        progress.accept(outcomes.getOrDefault(Outcome.CREATED, 0) + " created, "
                + outcomes.getOrDefault(Outcome.CHANGED, 0) + " changed, "
                + outcomes.getOrDefault(Outcome.UNCHANGED, 0) + " unchanged");
    }

    /** What {@link #run} would do, in lines; changes nothing. */
    public List<String> plan(InstallManifest manifest) {
        List<String> lines = new ArrayList<>();
        for (HasMetadata object : manifest.all()) {
            boolean left = manifest.definitions().contains(object) && !isMissing(object);
            lines.add(
                    left
                            ? "leave " + ApiObjects.name(object) + ", which serves all versions"
                            : (objects.find(object) == null ? "create " : "apply ") + ApiObjects.name(object));
        }
        leftOver(manifest).forEach(object -> lines.add("remove " + ApiObjects.name(object)));
        return lines;
    }

    private void apply(String what, List<? extends HasMetadata> wanted) {
        for (HasMetadata object : wanted) {
            Outcome outcome = objects.apply(new KeptFields(objects).in(object));
            outcomes.merge(outcome, 1, Integer::sum);
            if (outcome == Outcome.CHANGED) {
                progress.accept("changed: " + ApiObjects.name(object));
            }
        }
        if (!wanted.isEmpty()) {
            progress.accept("applied: " + what + " (" + wanted.size() + " objects)");
        }
    }

    private void await(List<HasMetadata> applied) throws InterruptedException {
        for (HasMetadata object : applied) {
            if (object instanceof Deployment deployment) {
                rollout.deployment(deployment);
                progress.accept("ready: " + ApiObjects.name(deployment));
            }
        }
    }

    /** A definition of another's that serves all of our versions does its work. One that is ours is kept up to date. */
    private boolean isMissing(HasMetadata wanted) {
        HasMetadata there = objects.find(wanted);
        return there == null
                || Owned.isOurs(there)
                || !CustomResourceDefinitions.missingVersions(tree(wanted), tree(there))
                        .isEmpty();
    }

    private static JsonNode tree(HasMetadata object) {
        return new KubernetesSerialization().convertValue(object, JsonNode.class);
    }

    private void prune(InstallManifest manifest) {
        for (HasMetadata object : leftOver(manifest)) {
            objects.delete(object);
            progress.accept("removed: " + ApiObjects.name(object) + ", which is not part of it any more");
        }
    }

    private List<HasMetadata> leftOver(InstallManifest manifest) {
        Set<String> wanted = new HashSet<>();
        manifest.all().forEach(object -> wanted.add(ApiObjects.name(object)));
        return new Owned(objects)
                .ofRevision(manifest.revision()).stream()
                        .filter(object -> !wanted.contains(ApiObjects.name(object)))
                        // A tag is made by another command, and is for that to take away.
                        .filter(object -> !object.getMetadata().getLabels().containsKey(RevisionTag.LABEL))
                        .toList();
    }
}
