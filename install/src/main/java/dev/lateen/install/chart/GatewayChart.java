package dev.lateen.install.chart;

import static dev.lateen.install.chart.Mark.names;
import static dev.lateen.install.chart.Mark.number;
import static dev.lateen.install.chart.Mark.text;
import static dev.lateen.install.chart.Mark.texts;
import static dev.lateen.install.chart.Mark.whole;

import dev.lateen.install.manifest.InstallManifest;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The chart of one gateway, called as its release. Its values have the names of Istio's chart of that name. */
final class GatewayChart {
    private static final String GATEWAY = "values.gateways.istio-ingressgateway.";
    private static final String SCALED = "autoscaling.enabled";
    private static final String BUDGET = "global.defaultPodDisruptionBudget.enabled";

    private static final List<Mark> MARKS = List.of(
            text(GATEWAY + "type", "service.type"),
            text(GATEWAY + "loadBalancerIP", "service.loadBalancerIP"),
            text(GATEWAY + "externalTrafficPolicy", "service.externalTrafficPolicy"),
            whole(GATEWAY + "ports", "service.ports"),
            texts(GATEWAY + "serviceAnnotations", "service.annotations"),
            texts(GATEWAY + "labels", "labels"),
            texts(GATEWAY + "podAnnotations", "podAnnotations"),
            texts(GATEWAY + "nodeSelector", "nodeSelector"),
            whole(GATEWAY + "tolerations", "tolerations"),
            whole(GATEWAY + "resources", "resources"),
            number(GATEWAY + "replicaCount", "replicaCount"),
            number(GATEWAY + "autoscaleMin", "autoscaling.minReplicas"),
            number(GATEWAY + "autoscaleMax", "autoscaling.maxReplicas"),
            number(GATEWAY + "cpu.targetAverageUtilization", "autoscaling.targetCPUUtilizationPercentage"),
            text("values.global.imagePullPolicy", "imagePullPolicy"),
            names("values.global.imagePullSecrets", "imagePullSecrets"));

    private GatewayChart() {}

    static Map<String, String> files() {
        Probe probe = new Probe(
                MARKS,
                List.of(
                        "components.ingressGateways[0].name=" + Probe.NAME,
                        "components.ingressGateways[0].enabled=true",
                        "components.ingressGateways[0].namespace=" + Probe.NAMESPACE,
                        "components.ingressGateways[0].label.istio=" + Probe.LABEL),
                InstallManifest::gateways);
        WorkloadTemplates templates = new WorkloadTemplates(probe, "revision=" + Probe.REVISION)
                .flag(GATEWAY + "autoscaleEnabled", SCALED)
                .flag("values." + BUDGET, BUDGET);
        ObjectNode values = JsonNodeFactory.instance.objectNode();
        ObjectNode schema = HelmChart.closed();
        for (String name : List.of("name", "revision")) {
            values.put(name, "");
            HelmChart.take(schema, name, HelmChart.type("string"));
        }
        for (String flag : List.of(SCALED, BUDGET)) {
            HelmChart.room(values, flag);
            HelmChart.take(schema, flag, HelmChart.type("boolean", "string"));
        }
        MARKS.forEach(mark -> {
            HelmChart.room(values, mark.name());
            HelmChart.take(schema, mark.name(), HelmChart.type(mark.kind()));
        });
        HelmChart chart = new HelmChart("gateway", "A gateway of a Lateen mesh", values, schema)
                // Its image is the injector's to say.
                .withHelpers("none/none:none", "");
        templates.texts().forEach(chart::with);
        return chart.files();
    }
}
