package dev.lateen.install.chart;

import static dev.lateen.install.chart.Mark.names;
import static dev.lateen.install.chart.Mark.number;
import static dev.lateen.install.chart.Mark.text;
import static dev.lateen.install.chart.Mark.texts;
import static dev.lateen.install.chart.Mark.whole;

import dev.lateen.injector.settings.HelmValues;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The chart of the control plane. Its values have the names that they have below {@code values} in an IstioOperator. */
final class IstiodChart {
    private static final String IS_DEFAULT = "(eq (include \"lateen.revision\" $) \"default\")";
    private static final String EVERYWHERE =
            "(eq (toString $.Values.sidecarInjectorWebhook.enableNamespacesByDefault) \"true\")";
    private static final String[] PLAIN = {
        "components.pilot.enabled=true",
        "values.base.enableCRDTemplates=false",
        "values.global.istioNamespace=" + Probe.NAMESPACE
    };

    /** Values that go into objects as they are. */
    private static final List<Mark> MARKS = List.of(
            text("values.global.hub", "global.hub"),
            text("values.global.tag", "global.tag"),
            text("values.global.imagePullPolicy", "global.imagePullPolicy"),
            names("values.global.imagePullSecrets", "global.imagePullSecrets"),
            text("values.global.multiCluster.clusterName", "global.multiCluster.clusterName"),
            text("values.sidecarInjectorWebhook.reinvocationPolicy", "sidecarInjectorWebhook.reinvocationPolicy"),
            text("values.pilot.image", "pilot.image"),
            number("values.pilot.replicaCount", "pilot.replicaCount"),
            number("values.pilot.autoscaleMin", "pilot.autoscaleMin"),
            number("values.pilot.autoscaleMax", "pilot.autoscaleMax"),
            number("values.pilot.cpu.targetAverageUtilization", "pilot.cpu.targetAverageUtilization"),
            texts("values.pilot.podLabels", "pilot.podLabels"),
            texts("values.pilot.podAnnotations", "pilot.podAnnotations"),
            texts("values.pilot.serviceAnnotations", "pilot.serviceAnnotations"),
            texts("values.pilot.nodeSelector", "pilot.nodeSelector"),
            texts("values.pilot.env", "pilot.env"),
            whole("values.pilot.tolerations", "pilot.tolerations"),
            whole("values.pilot.affinity", "pilot.affinity"),
            whole("values.pilot.resources", "pilot.resources"));

    private static final List<String> FLAGS =
            List.of("pilot.autoscaleEnabled", "global.defaultPodDisruptionBudget.enabled");

    /** What the ConfigMaps hold is put together from what a user says and what follows from it, as in {@code MeshConfigMaps}. */
    private static final String SETTINGS = """
        {{- define "lateen.mesh" -}}
        {{- $mesh := fromYaml (include "lateen.meshDefaults" $) -}}
        {{- with $.Values.global.trustDomain }}{{- $_ := set $mesh "trustDomain" . -}}{{- end -}}
        {{- with $.Values.pilot.traceSampling }}{{- $_ := set $mesh.defaultConfig.tracing "sampling" (int64 .) -}}{{- end -}}
        {{- toYaml (mergeOverwrite $mesh (deepCopy ($.Values.meshConfig | default dict))) }}
        {{- end }}
        {{- define "lateen.injection" -}}
        {{- $webhook := $.Values.sidecarInjectorWebhook -}}
        {{- toYaml (dict
            "policy" ($.Values.global.proxy.autoInject | default "enabled")
            "alwaysInjectSelector" ($webhook.alwaysInjectSelector | default list)
            "neverInjectSelector" ($webhook.neverInjectSelector | default list)
            "injectedAnnotations" ($webhook.injectedAnnotations | default dict)
            "defaultTemplates" ($webhook.defaultTemplates | default list)
            "templates" ($webhook.templates | default dict)) }}
        {{- end }}
        {{- define "lateen.injectionValues" -}}
        {{- $global := deepCopy $.Values.global -}}
        {{- $_ := set $global "istioNamespace" $.Release.Namespace -}}
        {{- $_ := set $global.proxy "image" (include "lateen.image" (list $ ($global.proxy.image | default "lateen"))) -}}
        {{- $_ := set $global.proxy_init "image" (include "lateen.image" (list $ ($global.proxy_init.image | default "lateen"))) -}}
        {{- $revision := include "lateen.revision" $ -}}
        {{- toJson (dict
            "global" $global
            "revision" (ternary "" $revision (eq $revision "default"))
            "sidecarInjectorWebhook" (mergeOverwrite (dict "enableNamespacesByDefault" false) (deepCopy $.Values.sidecarInjectorWebhook))
            "pilot" (dict "cni" ($.Values.pilot.cni | default dict))) }}
        {{- end }}
        """;

    private IstiodChart() {}

    static Map<String, String> files() {
        Probe probe = new Probe(MARKS, List.of(PLAIN), manifest -> {
            List<HasMetadata> objects = new ArrayList<>(manifest.base());
            objects.removeIf(object -> object.getKind().equals("Namespace"));
            objects.addAll(manifest.controlPlane());
            return objects;
        });
        WorkloadTemplates templates = new WorkloadTemplates(probe, "revision=" + Probe.REVISION)
                .webhooks(IS_DEFAULT)
                .webhooks(
                        "(and " + IS_DEFAULT + " " + EVERYWHERE + ")",
                        "values.sidecarInjectorWebhook.enableNamespacesByDefault=true");
        FLAGS.forEach(flag -> templates.flag("values." + flag, flag));
        String mesh = "ConfigMap istio-" + Probe.REVISION;
        String defaults = meshDefaults(templates.marked(mesh), templates.usual(mesh));
        data(templates.marked(mesh), "mesh", "lateen.mesh", "meshNetworks", "lateen.networks");
        data(
                templates.marked("ConfigMap istio-sidecar-injector-" + Probe.REVISION),
                "config",
                "lateen.injection",
                "values",
                "lateen.injectionValues");
        String image = templates
                .usual("Deployment istiod-" + Probe.REVISION)
                .path("spec")
                .path("template")
                .path("spec")
                .path("containers")
                .path(0)
                .path("image")
                .asString();
        HelmChart chart = new HelmChart("istiod", "The control plane of a Lateen mesh", values(), schema())
                .withHelpers(image, defaults + SETTINGS + """
                    {{- define "lateen.networks" -}}
                    {{- toYaml (dict "networks" ($.Values.global.meshNetworks | default dict)) }}
                    {{- end }}
                    """);
        templates.texts().forEach((path, text) -> chart.with(path, named(path, text)));
        return chart.files();
    }

    /** What follows from values of other places, under the user's own mesh config. */
    private static String meshDefaults(JsonNode marked, JsonNode usual) {
        KubernetesSerialization kubernetes = new KubernetesSerialization();
        return "{{- define \"lateen.meshDefaults\" -}}\n"
                + new TemplateWriter(MARKS)
                        .write(
                                kubernetes.unmarshal(
                                        marked.path("data").path("mesh").asString(), ObjectNode.class),
                                kubernetes.unmarshal(
                                        usual.path("data").path("mesh").asString(), ObjectNode.class))
                + "{{- end }}\n";
    }

    /** A template fills in what a ConfigMap holds. */
    private static void data(ObjectNode map, String first, String one, String second, String other) {
        ObjectNode data = map.putObject("data");
        data.put(first, TemplateWriter.template(one));
        data.put(second, TemplateWriter.template(other));
    }

    /** Istio's names have the namespace in them, unless it is its usual one. */
    private static String named(String path, String text) {
        return path.contains("mutatingwebhookconfiguration")
                ? text.replace(
                        "(printf \"%s%s%s%s\" \"istio-sidecar-injector\" (include \"lateen.suffix\" $) \"-\""
                                + " $.Release.Namespace)",
                        "(printf \"%s%s%s\" \"istio-sidecar-injector\" (include \"lateen.suffix\" $) (include"
                                + " \"lateen.inNamespace\" $))")
                : text;
    }

    private static ObjectNode values() {
        ObjectNode values = JsonNodeFactory.instance.objectNode();
        values.put("revision", "");
        values.putObject("meshConfig");
        MARKS.forEach(mark -> HelmChart.room(values, mark.name()));
        FLAGS.forEach(flag -> HelmChart.room(values, flag));
        for (String name :
                List.of("global.proxy.x", "global.proxy_init.x", "pilot.cni.x", "sidecarInjectorWebhook.x")) {
            HelmChart.room(values, name);
        }
        return values;
    }

    private static ObjectNode schema() {
        ObjectNode schema = HelmChart.closed();
        HelmChart.take(schema, "revision", HelmChart.type("string"));
        HelmChart.take(schema, "meshConfig", HelmChart.type("object"));
        JsonNode known = HelmValues.defaults().tree();
        known(schema, "global", known.path("global"));
        known(schema, "sidecarInjectorWebhook", known.path("sidecarInjectorWebhook"));
        known(schema, "pilot.cni", known.path("pilot").path("cni"));
        HelmChart.take(schema, "sidecarInjectorWebhook.enableNamespacesByDefault", HelmChart.type("boolean", "string"));
        HelmChart.take(schema, "pilot.traceSampling", HelmChart.type("integer"));
        HelmChart.take(schema, "global.meshNetworks", HelmChart.type("object"));
        FLAGS.forEach(flag -> HelmChart.take(schema, flag, HelmChart.type("boolean", "string")));
        MARKS.forEach(mark -> HelmChart.take(schema, mark.name(), HelmChart.type(mark.kind())));
        return schema;
    }

    /** What the injector reads by itself. */
    private static void known(ObjectNode schema, String name, JsonNode value) {
        if (value.isObject() && !value.isEmpty()) {
            value.properties().forEach(field -> known(schema, name + "." + field.getKey(), field.getValue()));
        } else if (value.isContainer()) {
            HelmChart.take(schema, name, HelmChart.type(value.isObject() ? "object" : "array"));
        } else {
            HelmChart.take(schema, name, HelmChart.type("string", "number", "boolean"));
        }
    }
}
