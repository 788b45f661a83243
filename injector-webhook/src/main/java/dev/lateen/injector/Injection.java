package dev.lateen.injector;

import dev.lateen.api.yaml.Problem;
import dev.lateen.api.yaml.ResourceReader;
import dev.lateen.api.yaml.StartSettings;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.ReplicationController;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The decision and its execution for any Kubernetes object that makes pods. Pure but for editing the object it is given; used by the
 * webhook and by {@code meshctl kube-inject} alike.
 */
public final class Injection {
    private final InjectionPolicy policy;
    private final SidecarInjector injector;

    /** With proxies of whose start nobody but their pods says anything. */
    public Injection(InjectionPolicy policy, SidecarSettings settings) {
        this(policy, settings, StartSource.POD);
    }

    /** @param starts with which settings proxies start */
    public Injection(InjectionPolicy policy, SidecarSettings settings, StartSource starts) {
        this.policy = policy;
        this.injector = new SidecarInjector(settings, starts);
    }

    /**
     * Decides, and injects in place when the decision says so.
     *
     * @param object a Pod or a controller with a pod template; other kinds are left alone
     * @param namespace where it will run when its metadata does not say
     * @param namespaceLabels labels of that namespace, empty when unknown
     * @return the decision, or null when the object makes no pods
     * @throws IllegalArgumentException if it is to be injected and its annotation {@code proxy.istio.io/config} is wrong: what was found and what is accepted
     */
    public @Nullable InjectionDecision apply(
            HasMetadata object, String namespace, Map<String, String> namespaceLabels) {
        Workload workload = workload(object, namespace);
        if (workload == null) {
            return null;
        }
        InjectionDecision decision =
                policy.decide(workload.metadata(), workload.spec(), workload.namespace(), namespaceLabels);
        if (decision.inject()) {
            checkSettings(workload.metadata());
            injector.inject(workload);
        }
        return decision;
    }

    /** The metadata of the pods that an object makes, or of the pod itself; null when it makes none. */
    public static @Nullable ObjectMeta podMetadata(HasMetadata object) {
        if (object instanceof Pod pod) {
            return pod.getMetadata();
        }
        PodTemplateSpec template = template(object);
        return template == null ? null : template.getMetadata();
    }

    /** As Istio's injector refuses a pod whose proxy could not start. */
    private static void checkSettings(ObjectMeta metadata) {
        String settings = metadata.getAnnotations() == null
                ? null
                : metadata.getAnnotations().get(StartSettings.ANNOTATION);
        if (settings == null || settings.isBlank()) {
            return;
        }
        for (Problem problem : new ResourceReader()
                .readProxySettings(StartSettings.ANNOTATION, settings)
                .problems()) {
            if (problem.isError()) {
                throw new IllegalArgumentException("annotation " + problem);
            }
        }
    }

    private static @Nullable Workload workload(HasMetadata object, String fallbackNamespace) {
        ObjectMeta metadata = object.getMetadata();
        String namespace = metadata.getNamespace() == null ? fallbackNamespace : metadata.getNamespace();
        if (object instanceof Pod pod) {
            return pod(pod, namespace);
        }
        PodTemplateSpec template = template(object);
        if (template == null || template.getSpec() == null) {
            return null;
        }
        if (template.getMetadata() == null) {
            template.setMetadata(new ObjectMeta());
        }
        return new Workload(
                template.getMetadata(),
                template.getSpec(),
                namespace,
                metadata.getName(),
                owner(object.getApiVersion(), object.getKind(), namespace, metadata.getName()));
    }

    private static @Nullable PodTemplateSpec template(HasMetadata object) {
        return switch (object) {
            case Deployment deployment -> deployment.getSpec().getTemplate();
            case StatefulSet set -> set.getSpec().getTemplate();
            case DaemonSet set -> set.getSpec().getTemplate();
            case ReplicaSet set -> set.getSpec().getTemplate();
            case ReplicationController controller -> controller.getSpec().getTemplate();
            case Job job -> job.getSpec().getTemplate();
            case CronJob cron -> cron.getSpec().getJobTemplate().getSpec().getTemplate();
            default -> null;
        };
    }

    /** A pod's workload is its controller; a ReplicaSet's name without its hash is the Deployment's. */
    private static Workload pod(Pod pod, String namespace) {
        ObjectMeta metadata = pod.getMetadata();
        String name = metadata.getName() == null ? String.valueOf(metadata.getGenerateName()) : metadata.getName();
        String apiVersion = "v1";
        String kind = "Pod";
        for (OwnerReference reference : metadata.getOwnerReferences() == null
                ? java.util.List.<OwnerReference>of()
                : metadata.getOwnerReferences()) {
            if (Boolean.TRUE.equals(reference.getController())) {
                name = reference.getName();
                apiVersion = reference.getApiVersion();
                kind = reference.getKind();
            }
        }
        String hash = metadata.getLabels() == null ? null : metadata.getLabels().get("pod-template-hash");
        if (kind.equals("ReplicaSet") && hash != null && name.endsWith("-" + hash)) {
            name = name.substring(0, name.length() - hash.length() - 1);
            kind = "Deployment";
        }
        return new Workload(metadata, pod.getSpec(), namespace, name, owner(apiVersion, kind, namespace, name));
    }

    private static String owner(String apiVersion, String kind, String namespace, String name) {
        return "kubernetes://apis/" + apiVersion + "/namespaces/" + namespace + "/" + kind.toLowerCase(Locale.ROOT)
                + "s/" + name;
    }
}
