package dev.lateen.istiod.model;

import dev.lateen.api.extensions.TrafficExtension;
import dev.lateen.api.extensions.WasmPlugin;
import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.api.networking.EnvoyFilter;
import dev.lateen.api.networking.HttpRoute;
import dev.lateen.api.networking.VirtualService;
import dev.lateen.api.networking.WorkloadGroup;
import dev.lateen.api.resource.Origin;
import dev.lateen.api.resource.Resource;
import dev.lateen.api.resource.ResourceKey;
import dev.lateen.api.resource.Spec;
import dev.lateen.api.telemetry.Telemetry;
import dev.lateen.api.yaml.Problem;
import dev.lateen.api.yaml.RawDocument;
import dev.lateen.api.yaml.ResourceReader;
import dev.lateen.api.yaml.StartSettings;
import dev.lateen.istiod.input.ConfigObject;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Finds what is valid and yet does not do what its author wants of it, since this version lacks the means: each is named, none passed over. */
public final class WithoutEffect {
    private static final String YET = Named.YET;
    private static final Map<Class<?>, List<Named>> FIELDS =
            Named.all().stream().collect(Collectors.groupingBy(Named::root));

    /** Kinds of which nothing has an effect, and what may be used in their place. */
    public static final Map<Class<? extends Spec>, String> KINDS = Map.of(
            EnvoyFilter.class, "",
            WasmPlugin.class, "",
            TrafficExtension.class, "",
            WorkloadGroup.class, "workloads are declared by WorkloadEntry");

    private static final List<String> OTHER_GROUPS = List.of(
            "gateway.networking.k8s.io/",
            "gateway.networking.x-k8s.io/",
            "inference.networking.k8s.io/",
            "inference.networking.x-k8s.io/",
            "multicluster.x-k8s.io/");
    private static final Set<String> TEMPLATES =
            Set.of("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob", "ReplicationController");

    private final MeshConfig mesh;
    private final List<Problem> problems = new ArrayList<>();

    private WithoutEffect(MeshConfig mesh) {
        this.mesh = mesh;
    }

    /** What of one object has no effect. */
    static List<Problem> of(ConfigObject object, MeshConfig mesh) {
        WithoutEffect found = new WithoutEffect(mesh);
        switch (object) {
            case ConfigObject.OfIstio istio -> found.look(istio.resource());
            case ConfigObject.OfKubernetes kubernetes -> found.look(kubernetes);
            case ConfigObject.Other other -> found.look(other.document());
            case ConfigObject.OfKeys _ -> {}
        }
        return List.copyOf(found.problems);
    }

    /** What of the mesh config has no effect. */
    static List<Problem> of(MeshConfig mesh) {
        WithoutEffect found = new WithoutEffect(mesh);
        found.meshConfig();
        return List.copyOf(found.problems);
    }

    /** The same of the start-up settings of one pod's proxy; the paths begin within them. Nothing of settings that are refused. */
    public static List<Problem> of(StartSettings settings) {
        String within = "defaultConfig";
        String text = new StartSettings(Map.of(within, settings.given())).json();
        MeshConfig holder =
                new ResourceReader().readMeshConfig(within, text).settings().orElse(null);
        if (holder == null) {
            return List.of();
        }
        WithoutEffect found = new WithoutEffect(holder);
        Origin origin = new Origin.InFile(StartSettings.ANNOTATION, 1, 0);
        named(holder, "", (path, named) -> {
            if (path.startsWith(within + ".")) {
                found.tell(origin, null, path.substring(within.length() + 1), named.found(), named.accepted());
            }
        });
        return found.problems;
    }

    private void meshConfig() {
        Origin origin = new Origin.InFile("mesh config", 1, 0);
        named(mesh, "", (path, named) -> tell(origin, ResourceKey.MESH_CONFIG, path, named.found(), named.accepted()));
        new ProvidersWithoutEffect(mesh)
                .defaults((path, found, accepted) -> tell(origin, ResourceKey.MESH_CONFIG, path, found, accepted));
    }

    private static void named(Object root, String prefix, BiConsumer<String, Named> tell) {
        for (Named named : FIELDS.getOrDefault(root.getClass(), List.of())) {
            named.place().each(root, (path, value) -> {
                if (named.speaksOf(value)) {
                    tell.accept(prefix + path, named);
                }
            });
        }
    }

    private void look(RawDocument document) {
        JsonNode body = document.node();
        String version = document.apiVersion();
        String kind = document.kind();
        boolean ingress = version.startsWith("networking.k8s.io/") && kind.equals("Ingress");
        boolean other = OTHER_GROUPS.stream().anyMatch(version::startsWith) && !kind.equals("GatewayClass");
        ResourceKey name = document.key();
        if (ingress || other) {
            tell(
                    document.origin(),
                    name,
                    "",
                    "kind " + kind + " of " + version + " " + YET,
                    "Istio's own Gateway and VirtualService");
        }
        marks(document.origin(), name, "", body.path("metadata"));
        if (TEMPLATES.contains(kind)) {
            boolean cron = kind.equals("CronJob");
            String path = cron ? "spec.jobTemplate.spec.template." : "spec.template.";
            JsonNode spec = cron ? body.path("spec").path("jobTemplate").path("spec") : body.path("spec");
            marks(document.origin(), name, path, spec.path("template").path("metadata"));
        }
    }

    private void look(ConfigObject.OfKubernetes kubernetes) {
        marks(kubernetes, "", kubernetes.object().getMetadata());
        PodTemplateSpec template = switch (kubernetes.object()) {
            case Deployment deployment
            when deployment.getSpec() != null -> deployment.getSpec().getTemplate();
            case StatefulSet set when set.getSpec() != null -> set.getSpec().getTemplate();
            case DaemonSet set when set.getSpec() != null -> set.getSpec().getTemplate();
            case ReplicaSet set when set.getSpec() != null -> set.getSpec().getTemplate();
            default -> null;
        };
        if (template != null && template.getMetadata() != null) {
            marks(kubernetes, "spec.template.", template.getMetadata());
        }
    }

    private void marks(ConfigObject.OfKubernetes at, String prefix, ObjectMeta metadata) {
        marks(at, prefix + "metadata.annotations", metadata.getAnnotations());
        marks(at, prefix + "metadata.labels", metadata.getLabels());
    }

    private void marks(ConfigObject.OfKubernetes at, String path, @Nullable Map<String, String> marks) {
        if (marks != null) {
            marks.forEach((name, value) -> mark(at.origin(), at.key(), path, name, value == null ? "" : value));
        }
    }

    private void marks(Origin origin, ResourceKey name, String prefix, JsonNode metadata) {
        for (String kind : List.of("annotations", "labels")) {
            for (Map.Entry<String, JsonNode> mark : metadata.path(kind).properties()) {
                mark(
                        origin,
                        name,
                        prefix + "metadata." + kind,
                        mark.getKey(),
                        mark.getValue().asString(""));
            }
        }
    }

    private void mark(Origin origin, ResourceKey resource, String path, String name, String value) {
        String found = NamedMarks.of(name, value);
        if (found != null) {
            tell(origin, resource, path + "." + name, found, "");
        }
    }

    private void look(Resource<?> resource) {
        String instead = KINDS.get(resource.spec().getClass());
        if (instead != null) {
            tell(resource, "", "kind " + resource.meta().kind() + " " + YET, instead);
        }
        Origin origin = resource.meta().origin();
        ResourceKey name = resource.key();
        named(resource.spec(), "spec.", (path, named) -> tell(resource, path, named.found(), named.accepted()));
        resource.meta().labels().forEach((mark, value) -> mark(origin, name, "metadata.labels", mark, value));
        resource.meta().annotations().forEach((mark, value) -> mark(origin, name, "metadata.annotations", mark, value));
        // Of a cluster's objects only those for this control plane come here.
        if (resource.meta().labels().containsKey("istio.io/rev") && origin instanceof Origin.InFile) {
            tell(resource, "metadata.labels.istio.io/rev", YET + " in a file: every control plane takes it", "");
        }
        resource.as(VirtualService.class).ifPresent(this::virtualService);
        resource.as(Telemetry.class).ifPresent(t -> new TelemetryWithoutEffect(t, mesh, this::tell).look());
    }

    private void virtualService(Resource<VirtualService> service) {
        List<String> gateways = service.spec().gateways();
        if (gateways.stream().anyMatch(gateway -> !gateway.equals("mesh"))) {
            return;
        }
        List<HttpRoute> http = service.spec().http();
        for (int i = 0; i < http.size(); i++) {
            boolean claims = http.get(i).match().stream()
                    .anyMatch(m -> m.request().headers().keySet().stream().anyMatch(WithoutEffect::isClaim)
                            || m.request().withoutHeaders().keySet().stream().anyMatch(WithoutEffect::isClaim));
            if (claims) {
                tell(
                        service,
                        "spec.http[" + i + "].match",
                        "a match on claims of a token holds at gateways only, as in Istio",
                        "gateways with another than mesh");
            }
        }
    }

    private static boolean isClaim(String header) {
        return header.startsWith("@request.auth.");
    }

    private void tell(Resource<?> at, String path, String found, String accepted) {
        tell(at.meta().origin(), at.key(), path, found, accepted);
    }

    private void tell(Origin origin, @Nullable ResourceKey resource, String path, String found, String accepted) {
        problems.add(new Problem(Problem.Severity.WARNING, origin, origin.line(), resource, path, found, accepted));
    }
}
