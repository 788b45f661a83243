package dev.lateen.install.chart;

import dev.lateen.install.manifest.InstallManifest;
import dev.lateen.install.manifest.InstallValues;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What other installers take: files by their paths. Pure. */
public final class Distribution {
    private Distribution() {}

    /** Three Helm charts with Istio's names: base (definitions), istiod (the control plane), gateway (one gateway a release). */
    public static Map<String, String> charts() {
        Map<String, String> files = new LinkedHashMap<>();
        add(files, "base/", base());
        add(files, "istiod/", IstiodChart.files());
        add(files, "gateway/", GatewayChart.files());
        return files;
    }

    private static void add(Map<String, String> files, String folder, Map<String, String> chart) {
        chart.forEach((path, text) -> files.put(folder + path, text));
    }

    private static Map<String, String> base() {
        ObjectNode values = JsonNodeFactory.instance.objectNode();
        values.putObject("base").put("enableCRDTemplates", true);
        ObjectNode schema = HelmChart.closed();
        HelmChart.take(schema, "base.enableCRDTemplates", HelmChart.type("boolean", "string"));
        HelmChart.take(schema, "global", HelmChart.type("object"));
        InstallManifest manifest =
                InstallManifest.of(InstallValues.of("empty", List.of(), List.of("components.base.enabled=true")));
        return new HelmChart("base", "The definitions of the kinds that users of a Lateen mesh write", values, schema)
                .with("files/crds.yaml", InstallManifest.yaml(manifest.definitions()))
                .with("templates/crds.yaml", """
                    {{- if ne (toString $.Values.base.enableCRDTemplates) "false" }}
                    {{ $.Files.Get "files/crds.yaml" }}
                    {{- end }}
                    """)
                .files();
    }

    /** A kustomize base: a file for each object, and the list of them, in the order in which they are to be applied. */
    public static Map<String, String> kustomization(InstallManifest manifest) {
        Map<String, String> files = new LinkedHashMap<>();
        StringBuilder list = new StringBuilder("""
            apiVersion: kustomize.config.k8s.io/v1beta1
            kind: Kustomization
            resources:
            """);
        for (HasMetadata object : manifest.all()) {
            String file = object.getKind().toLowerCase(Locale.ROOT) + "-"
                    + object.getMetadata().getName() + ".yaml";
            files.put(file, InstallManifest.yaml(List.of(object)));
            list.append("- ").append(file).append('\n');
        }
        files.put("kustomization.yaml", list.toString());
        return files;
    }
}
