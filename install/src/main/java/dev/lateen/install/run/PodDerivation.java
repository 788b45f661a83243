package dev.lateen.install.run;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** What Kubernetes' controllers do: workloads in, the pods they ask for out. Pure. */
final class PodDerivation {
    /** A mesh on a laptop is not where thousands of replicas are tried. */
    static final int MAX_REPLICAS = 200;

    private final JsonMapper json = JsonMapper.builder().build();

    /** The pods of all workloads, in the order of the manifests. */
    List<PodPlan> pods(Manifests manifests) {
        List<PodPlan> pods = new ArrayList<>();
        PodLocality localities = new PodLocality(manifests);
        for (HasMetadata resource : manifests.resources()) {
            podsOf(resource).forEach(pod -> pods.add(pod.at(localities.of(pod.pod()))));
        }
        return pods;
    }

    private List<PodPlan> podsOf(HasMetadata resource) {
        return switch (resource) {
            case Pod pod ->
                List.of(new PodPlan(pod, nameOf(pod), "Pod", "", fingerprint(pod.getSpec(), pod.getMetadata())));
            case Deployment d -> deployment(d);
            case ReplicaSet r ->
                replicas(
                        r,
                        r.getSpec().getTemplate(),
                        count(r.getSpec().getReplicas()),
                        i -> nameOf(r) + "-" + PodNames.suffix(key(r), i));
            case StatefulSet s ->
                replicas(s, s.getSpec().getTemplate(), count(s.getSpec().getReplicas()), i -> nameOf(s) + "-" + i);
            case DaemonSet d ->
                replicas(d, d.getSpec().getTemplate(), 1, i -> nameOf(d) + "-" + PodNames.suffix(key(d), i));
            case Job j ->
                replicas(
                        j,
                        j.getSpec().getTemplate(),
                        count(j.getSpec().getParallelism()),
                        i -> nameOf(j) + "-" + PodNames.suffix(key(j), i));
            default -> List.of();
        };
    }

    private List<PodPlan> deployment(Deployment deployment) {
        PodTemplateSpec template = deployment.getSpec().getTemplate();
        String replicaSet = nameOf(deployment) + "-"
                + PodNames.templateHash(key(deployment) + fingerprint(template.getSpec(), template.getMetadata()));
        int replicas = count(deployment.getSpec().getReplicas());
        return replicas(
                deployment,
                template,
                replicas,
                i -> replicaSet + "-" + PodNames.suffix(deployment.getMetadata().getNamespace() + "/" + replicaSet, i));
    }

    private List<PodPlan> replicas(HasMetadata owner, PodTemplateSpec template, int count, IntFunction<String> name) {
        String fingerprint = fingerprint(template.getSpec(), template.getMetadata());
        List<PodPlan> pods = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ObjectMeta meta = template.getMetadata();
            Pod pod = new PodBuilder()
                    .withMetadata(new ObjectMetaBuilder()
                            .withName(name.apply(i))
                            .withNamespace(owner.getMetadata().getNamespace())
                            .withLabels(meta == null ? Map.of() : meta.getLabels())
                            .withAnnotations(meta == null ? Map.of() : meta.getAnnotations())
                            .withOwnerReferences(new OwnerReferenceBuilder()
                                    .withApiVersion(owner.getApiVersion())
                                    .withKind(owner.getKind())
                                    .withName(nameOf(owner))
                                    .withController(true)
                                    .build())
                            .build())
                    .withSpec(template.getSpec())
                    .build();
            pods.add(new PodPlan(pod, nameOf(owner), owner.getKind(), "", fingerprint));
        }
        return pods;
    }

    private String fingerprint(PodSpec spec, @Nullable ObjectMeta meta) {
        String labels = meta == null ? "" : sorted(meta.getLabels()) + sorted(meta.getAnnotations());
        return json.writeValueAsString(spec) + labels;
    }

    private static String sorted(@Nullable Map<String, String> map) {
        return map == null ? "{}" : new TreeMap<>(map).toString();
    }

    private static int count(@Nullable Integer wanted) {
        return wanted == null ? 1 : Math.clamp(wanted, 0, MAX_REPLICAS);
    }

    private static String nameOf(HasMetadata resource) {
        return resource.getMetadata().getName();
    }

    private static String key(HasMetadata resource) {
        return resource.getKind() + " " + resource.getMetadata().getNamespace() + "/" + nameOf(resource);
    }
}
