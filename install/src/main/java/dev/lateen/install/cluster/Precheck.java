package dev.lateen.install.cluster;

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

    /** How much a finding matters. */
    enum Level {
        /** An installation is refused because of it. */
        ERROR("Error"),
        /** Something will not work as somebody may think. */
        WARNING("Warning");

        private final String label;

        Level(String label) {
            this.label = label;
        }

        /** As Istio writes it. */
        String label() {
            return label;
        }
    }

    /**
     * Something that was found.
     *
     * @param check what found it: cluster, version, rights, mesh, definitions, objects or values
     * @param message in one sentence, with what would be right
     */
    record Finding(Level level, String check, String message) {
        static Finding error(String check, String message) {
            return new Finding(Level.ERROR, check, message);
        }

        static Finding warning(String check, String message) {
            return new Finding(Level.WARNING, check, message);
        }
    }

    /** What stands in the way of an installation, each in one sentence; empty if nothing does. */
    public List<String> problems(InstallManifest manifest) {
        return obstacles(manifest).stream().map(Finding::message).toList();
    }

    /** All of that, and what an installation would be done in spite of. */
    List<Finding> findings(InstallManifest manifest) {
        List<Finding> findings = new ArrayList<>(obstacles(manifest));
        manifest.withoutEffect()
                .forEach(path -> findings.add(Finding.warning("values", path + ": has no effect here")));
        boolean reached = findings.stream().noneMatch(finding -> finding.check().equals("cluster"));
        if (reached) {
            findings.addAll(new PresentObjects(client).findings(manifest));
        }
        return findings;
    }

    private List<Finding> obstacles(InstallManifest manifest) {
        List<Finding> findings = new ArrayList<>();
        try {
            version(findings);
            rights(manifest, findings);
            if (findings.isEmpty()) {
                otherMesh(manifest, findings);
            }
        } catch (KubernetesClientException e) {
            findings.add(Finding.error(
                    "cluster", ApiReason.of(e) + " (expected: an API server at " + client.getMasterUrl() + ")"));
        }
        return findings;
    }

    private void version(List<Finding> findings) {
        VersionInfo version = client.getKubernetesVersion();
        String minor = version.getMinor().replaceAll("\\D.*", "");
        if (version.getMajor().equals("1") && !minor.isEmpty() && Integer.parseInt(minor) < OLDEST_MINOR) {
            findings.add(Finding.error(
                    "version",
                    "Kubernetes " + version.getMajor() + "." + version.getMinor() + " is too old (expected: 1."
                            + OLDEST_MINOR + " or newer)"));
        }
    }

    /** One question for each kind and namespace that is written. */
    private void rights(InstallManifest manifest, List<Finding> findings) {
        Map<String, HasMetadata> kinds = new LinkedHashMap<>();
        manifest.all()
                .forEach(object -> kinds.putIfAbsent(
                        object.getKind() + " " + object.getMetadata().getNamespace(), object));
        for (HasMetadata object : kinds.values()) {
            for (String verb : List.of("create", "patch")) {
                if (!allowed(object, verb)) {
                    String where = namespace(object);
                    findings.add(Finding.error(
                            "rights",
                            "you may not " + verb + " " + object.getPlural() + (where == null ? "" : " in " + where)
                                    + " (expected: the rights of a cluster's administrator)"));
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
    private void otherMesh(InstallManifest manifest, List<Finding> findings) {
        for (HasMetadata wanted : manifest.all()) {
            boolean common = wanted.getKind().equals("Namespace")
                    || manifest.definitions().contains(wanted);
            HasMetadata there = common ? null : objects.find(wanted);
            if (there != null && !Owned.isOurs(there)) {
                findings.add(Finding.error(
                        "mesh",
                        ApiObjects.name(there) + " is there already and belongs to another mesh (expected: remove that"
                                + " one, or install beside it with --revision and another namespace)"));
            }
        }
        for (MutatingWebhookConfiguration webhook :
                client.resources(MutatingWebhookConfiguration.class).list().getItems()) {
            String name = webhook.getMetadata().getName();
            boolean sameName = manifest.all().stream()
                    .anyMatch(object -> ApiObjects.name(object).equals(ApiObjects.name(webhook)));
            if (name.startsWith(INJECTOR) && !Owned.isOurs(webhook) && !sameName && isDefault(webhook, manifest)) {
                findings.add(Finding.error(
                        "mesh",
                        ApiObjects.name(webhook) + " injects another mesh's sidecars into the same namespaces"
                                + " (expected: remove that mesh, or install with --revision)"));
            }
        }
    }

    private static boolean isDefault(MutatingWebhookConfiguration webhook, InstallManifest manifest) {
        return manifest.revision().equals("default")
                && webhook.getWebhooks().stream()
                        .anyMatch(each -> each.getName().startsWith("namespace.sidecar-injector"));
    }
}
