package dev.lateen.injector;

import dev.lateen.api.yaml.StartSettings;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Volume;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Gives a workload its sidecar: containers, volumes, labels and annotations in Istio's shape. Pure but for editing what it is given. */
final class SidecarInjector {
    private final SidecarSettings settings;
    private final SidecarContainers containers;
    private final StartSource starts;

    SidecarInjector(SidecarSettings settings, StartSource starts) {
        this.settings = settings;
        this.starts = starts;
        this.containers = new SidecarContainers(settings);
    }

    void inject(Workload workload) {
        ObjectMeta metadata = workload.metadata();
        PodSpec spec = workload.spec();
        Map<String, String> annotations = copy(metadata.getAnnotations());
        Map<String, String> labels = copy(metadata.getLabels());
        addContainers(workload, spec, annotations, start(workload.namespace(), labels, annotations));
        addVolumes(spec);
        annotate(annotations, spec);
        label(labels, workload.name());
        metadata.setAnnotations(annotations);
        metadata.setLabels(labels);
    }

    private StartSettings start(String namespace, Map<String, String> labels, Map<String, String> annotations) {
        StartSettings own =
                StartSettings.parse(StartSettings.ANNOTATION, annotations.getOrDefault(StartSettings.ANNOTATION, ""));
        return starts.of(new StartSettings.Pod(namespace, labels, own));
    }

    private void addContainers(Workload workload, PodSpec spec, Map<String, String> annotations, StartSettings start) {
        List<Container> init = new ArrayList<>();
        String interception = SidecarContainers.interceptionMode(annotations, start);
        if (!interception.equals("NONE")) {
            init.add(containers.init(annotations, interception));
        }
        init.add(containers.proxy(workload, annotations, start, SidecarVolumes.mounts()));
        // Before the user's own: a native sidecar must run when they want the network.
        if (spec.getInitContainers() != null) {
            init.addAll(spec.getInitContainers());
        }
        spec.setInitContainers(init);
    }

    private static void addVolumes(PodSpec spec) {
        List<Volume> volumes = new ArrayList<>(SidecarVolumes.volumes());
        if (spec.getVolumes() != null) {
            volumes.addAll(spec.getVolumes());
        }
        spec.setVolumes(volumes);
    }

    private void annotate(Map<String, String> annotations, PodSpec spec) {
        String first = spec.getContainers().getFirst().getName();
        annotations.putIfAbsent("kubectl.kubernetes.io/default-container", first);
        annotations.putIfAbsent("kubectl.kubernetes.io/default-logs-container", first);
        annotations.put("istio.io/rev", settings.revision());
        annotations.put("prometheus.io/path", "/stats/prometheus");
        annotations.put("prometheus.io/port", "15090");
        annotations.put("prometheus.io/scrape", "true");
        annotations.put(InjectionPolicy.STATUS, status(spec));
    }

    private String status(PodSpec spec) {
        String init = spec.getInitContainers().stream()
                .map(Container::getName)
                .filter(name -> name.equals(SidecarContainers.INIT) || name.equals(SidecarContainers.PROXY))
                .map(name -> "\"" + name + "\"")
                .collect(Collectors.joining(","));
        String volumes = SidecarVolumes.volumes().stream()
                .map(volume -> "\"" + volume.getName() + "\"")
                .collect(Collectors.joining(","));
        return "{\"initContainers\":[" + init + "],\"containers\":null,\"volumes\":[" + volumes
                + "],\"imagePullSecrets\":null,\"revision\":\"" + settings.revision() + "\"}";
    }

    /** Istio's canonical name: its own label, app.kubernetes.io/name, app, then the workload's name; revision likewise. */
    private static void label(Map<String, String> labels, String workloadName) {
        labels.put("security.istio.io/tlsMode", "istio");
        labels.putIfAbsent(
                "service.istio.io/canonical-name", first(labels, workloadName, "app.kubernetes.io/name", "app"));
        labels.putIfAbsent(
                "service.istio.io/canonical-revision", first(labels, "latest", "app.kubernetes.io/version", "version"));
    }

    private static String first(Map<String, String> labels, String otherwise, String... names) {
        for (String name : names) {
            String value = labels.get(name);
            if (value != null) {
                return value;
            }
        }
        return otherwise;
    }

    private static Map<String, String> copy(@Nullable Map<String, String> map) {
        return map == null ? new LinkedHashMap<>() : new LinkedHashMap<>(map);
    }
}
