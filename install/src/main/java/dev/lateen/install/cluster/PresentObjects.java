package dev.lateen.install.cluster;

import dev.lateen.api.crd.CustomResourceDefinitions;
import dev.lateen.api.resource.Origin;
import dev.lateen.api.schema.ApiKind;
import dev.lateen.api.yaml.IstioKinds;
import dev.lateen.api.yaml.Problem;
import dev.lateen.api.yaml.ResourceReader;
import dev.lateen.install.cluster.Precheck.Finding;
import dev.lateen.install.manifest.InstallManifest;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/** What of a cluster's objects an installation would meet: other control planes, definitions of others, and what users have written for another mesh. Blocks. */
final class PresentObjects {
    /** More would not be read by anyone. */
    private static final int MOST = 200;

    private static final int NOT_FOUND = 404;
    private static final KubernetesSerialization KUBERNETES = new KubernetesSerialization();

    private final KubernetesClient client;
    private final ApiObjects objects;

    PresentObjects(KubernetesClient client) {
        this.client = client;
        this.objects = new ApiObjects(client);
    }

    List<Finding> findings(InstallManifest manifest) {
        List<Finding> findings = new ArrayList<>();
        try {
            controlPlanes(manifest, findings);
            definitions(manifest, findings);
            for (var type : IstioKinds.ALL) {
                written(IstioKinds.of(type), findings);
            }
        } catch (KubernetesClientException e) {
            findings.add(Finding.error("rights", ApiReason.of(e)));
        }
        return findings.size() > MOST ? cut(findings) : findings;
    }

    private static List<Finding> cut(List<Finding> findings) {
        List<Finding> some = new ArrayList<>(findings.subList(0, MOST));
        some.add(Finding.warning("objects", "and " + (findings.size() - MOST) + " more"));
        return some;
    }

    private void controlPlanes(InstallManifest manifest, List<Finding> findings) {
        for (Deployment plane : objects.labelled(Deployment.class, "app", "istiod")) {
            boolean wanted = manifest.all().stream()
                    .anyMatch(object -> ApiObjects.name(object).equals(ApiObjects.name(plane)));
            if (!Owned.isOurs(plane) && !wanted) {
                findings.add(Finding.warning(
                        "mesh",
                        ApiObjects.name(plane) + " is another mesh's control plane: sidecars of both trust different"
                                + " roots, unless both have the same Secret cacerts"));
            }
        }
    }

    private void definitions(InstallManifest manifest, List<Finding> findings) {
        for (HasMetadata wanted : manifest.definitions()) {
            HasMetadata there = objects.find(wanted);
            if (there == null || Owned.isOurs(there)) {
                continue;
            }
            Set<String> missing = CustomResourceDefinitions.missingVersions(
                    KUBERNETES.convertValue(wanted, ObjectNode.class),
                    KUBERNETES.convertValue(there, ObjectNode.class));
            if (!missing.isEmpty()) {
                findings.add(Finding.warning(
                        "definitions",
                        ApiObjects.name(there) + " of another mesh does not serve " + String.join(", ", missing)
                                + ": it would be replaced"));
            }
        }
    }

    /** What users have written for another mesh, and what this one says of it. */
    private void written(ApiKind kind, List<Finding> findings) {
        CustomResourceDefinition definition = client.apiextensions()
                .v1()
                .customResourceDefinitions()
                .withName(kind.plural() + "." + kind.group())
                .get();
        if (definition == null) {
            return;
        }
        String version = List.of(kind.versions()).stream()
                .filter(each -> definition.getSpec().getVersions().stream()
                        .anyMatch(served -> served.getName().equals(each) && Boolean.TRUE.equals(served.getServed())))
                .findFirst()
                .orElse(null);
        if (version == null) {
            return;
        }
        ResourceDefinitionContext context = new ResourceDefinitionContext.Builder()
                .withGroup(kind.group())
                .withVersion(version)
                .withKind(kind.kind())
                .withPlural(kind.plural())
                .withNamespaced(true)
                .build();
        try {
            client.genericKubernetesResources(context)
                    .inAnyNamespace()
                    .list()
                    .getItems()
                    .forEach(object -> read(object, findings));
        } catch (KubernetesClientException e) {
            if (e.getCode() != NOT_FOUND) {
                throw e;
            }
        }
    }

    private static void read(GenericKubernetesResource object, List<Finding> findings) {
        ObjectMeta meta = object.getMetadata();
        ObjectNode tree = KUBERNETES.convertValue(object, ObjectNode.class);
        tree.remove("status");
        ((ObjectNode) tree.path("metadata")).remove(List.of("managedFields", "uid", "resourceVersion", "generation"));
        Origin origin = new Origin.InCluster("Kubernetes", meta.getUid(), 0, meta.getResourceVersion());
        for (Problem problem : new ResourceReader().read(origin, tree).problems()) {
            String text = ApiObjects.name(object) + ": " + problem.statement();
            findings.add(
                    problem.isError()
                            ? Finding.warning("objects", "would not be taken: " + text)
                            : Finding.warning("objects", text));
        }
    }
}
