package dev.lateen.install.cluster;

import dev.lateen.install.failure.CommandFailure;
import dev.lateen.install.manifest.InstallManifest;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReview;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReviewBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.VersionInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Whether a cluster can take an installation: found out before anything is changed. Blocks. */
public final class Precheck {
    /** The first that has native sidecars without being asked. */
    private static final int OLDEST_MINOR = 29;

    private static final String INJECTOR = "istio-sidecar-injector";

    private final KubernetesClient client;
    private final ApiObjects objects;

    /** For one cluster. */
    public Precheck(KubernetesClient client) {
        this.client = client;
        this.objects = new ApiObjects(client);
    }

    /**
     * Refuses to go on if anything stands in the way.
     *
     * @throws CommandFailure with all of it
     */
    void demand(InstallManifest manifest) {
        List<String> problems = problems(manifest);
        if (!problems.isEmpty()) {
            throw new CommandFailure(
                    CommandFailure.FAILED, "nothing was changed: " + String.join("\nmeshctl: ", problems));
        }
    }

    /** What stands in the way, each in one sentence; empty if nothing does. */
    public List<String> problems(InstallManifest manifest) {
        List<String> problems = new ArrayList<>();
        try {
            version(problems);
            rights(manifest, problems);
            if (problems.isEmpty()) {
                otherMesh(manifest, problems);
            }
        } catch (KubernetesClientException e) {
            problems.add(ApiObjects.reason(e) + " (expected: an API server at " + client.getMasterUrl() + ")");
        }
        return problems;
    }

    private void version(List<String> problems) {
        VersionInfo version = client.getKubernetesVersion();
        String minor = version.getMinor().replaceAll("\\D.*", "");
        if (version.getMajor().equals("1") && !minor.isEmpty() && Integer.parseInt(minor) < OLDEST_MINOR) {
            problems.add("Kubernetes " + version.getMajor() + "." + version.getMinor() + " is too old (expected: 1."
                    + OLDEST_MINOR + " or newer)");
        }
    }

    /** One question for each kind and namespace that is written. */
    private void rights(InstallManifest manifest, List<String> problems) {
        Map<String, HasMetadata> kinds = new LinkedHashMap<>();
        manifest.all()
                .forEach(object -> kinds.putIfAbsent(
                        object.getKind() + " " + object.getMetadata().getNamespace(), object));
        for (HasMetadata object : kinds.values()) {
            for (String verb : List.of("create", "patch")) {
                if (!allowed(object, verb)) {
                    String where = namespace(object);
                    problems.add(
                            "you may not " + verb + " " + object.getPlural() + (where == null ? "" : " in " + where)
                                    + " (expected: the rights of a cluster's administrator)");
                }
            }
        }
    }

    private static @Nullable String namespace(HasMetadata object) {
        return object.getMetadata() == null ? null : object.getMetadata().getNamespace();
    }

    private boolean allowed(HasMetadata object, String verb) {
        String version = object.getApiVersion();
        int slash = version.indexOf('/');
        SelfSubjectAccessReview answer = client.resource(new SelfSubjectAccessReviewBuilder()
                        .withNewSpec()
                        .withNewResourceAttributes()
                        .withGroup(slash < 0 ? "" : version.substring(0, slash))
                        .withResource(object.getPlural())
                        .withNamespace(namespace(object))
                        .withVerb(verb)
                        .endResourceAttributes()
                        .endSpec()
                        .build())
                .create();
        return answer.getStatus() != null
                && Boolean.TRUE.equals(answer.getStatus().getAllowed());
    }

    /** Whoever else answers for pods of the same namespaces would inject a second time; objects of the same name would be taken from their owner. */
    private void otherMesh(InstallManifest manifest, List<String> problems) {
        for (HasMetadata wanted : manifest.all()) {
            boolean common = wanted.getKind().equals("Namespace")
                    || manifest.definitions().contains(wanted);
            HasMetadata there = common ? null : objects.find(wanted);
            if (there != null && !Owned.isOurs(there)) {
                problems.add(ApiObjects.name(there) + " is there already and belongs to another mesh"
                        + " (expected: remove that one, or install beside it with --revision and another namespace)");
            }
        }
        for (MutatingWebhookConfiguration webhook :
                client.resources(MutatingWebhookConfiguration.class).list().getItems()) {
            String name = webhook.getMetadata().getName();
            boolean sameName = manifest.all().stream()
                    .anyMatch(object -> ApiObjects.name(object).equals(ApiObjects.name(webhook)));
            if (name.startsWith(INJECTOR) && !Owned.isOurs(webhook) && !sameName && isDefault(webhook, manifest)) {
                problems.add(ApiObjects.name(webhook) + " injects another mesh's sidecars into the same namespaces"
                        + " (expected: remove that mesh, or install with --revision)");
            }
        }
    }

    private static boolean isDefault(MutatingWebhookConfiguration webhook, InstallManifest manifest) {
        return manifest.revision().equals("default")
                && webhook.getWebhooks().stream()
                        .anyMatch(each -> each.getName().startsWith("namespace.sidecar-injector"));
    }
}
