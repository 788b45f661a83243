package dev.lateen.install.manifest;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscalerBuilder;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;
import java.util.Map;
import java.util.function.IntSupplier;

/**
 * How many pods a Deployment has.
 *
 * @param auto whether that follows its load
 * @param least pods
 * @param most pods
 * @param cpuPercent of what is requested, that is aimed at
 */
record Scaling(boolean auto, int least, int most, int cpuPercent) {
    /** As Istio's charts name them; {@code values} is the part's own. */
    static Scaling of(ValuesTree values) {
        return new Scaling(
                values.flag("autoscaleEnabled", true),
                values.count("autoscaleMin", 1),
                values.count("autoscaleMax", 5),
                values.count("cpu.targetAverageUtilization", 80));
    }

    /**
     * A Deployment of these pods, which are replaced by newer ones before they go.
     *
     * @param replicas how many; not asked if that follows their load, and so a value for it is named as without effect
     */
    HasMetadata deployment(ObjectMeta meta, Map<String, String> selector, PodTemplateSpec pod, IntSupplier replicas) {
        var spec = new DeploymentBuilder()
                .withMetadata(meta)
                .withNewSpec()
                .withNewStrategy()
                .withType("RollingUpdate")
                .withNewRollingUpdate()
                .withMaxSurge(new IntOrString("100%"))
                .withMaxUnavailable(new IntOrString("25%"))
                .endRollingUpdate()
                .endStrategy()
                .withNewSelector()
                .withMatchLabels(selector)
                .endSelector()
                .withTemplate(pod);
        if (!auto) {
            spec.withReplicas(replicas.getAsInt());
        }
        return spec.endSpec().build();
    }

    HasMetadata autoscaler(ObjectMeta meta, String deployment) {
        return new HorizontalPodAutoscalerBuilder()
                .withMetadata(meta)
                .withNewSpec()
                .withMinReplicas(least)
                .withMaxReplicas(most)
                .withNewScaleTargetRef()
                .withApiVersion("apps/v1")
                .withKind("Deployment")
                .withName(deployment)
                .endScaleTargetRef()
                .addNewMetric()
                .withType("Resource")
                .withNewResource()
                .withName("cpu")
                .withNewTarget()
                .withType("Utilization")
                .withAverageUtilization(cpuPercent)
                .endTarget()
                .endResource()
                .endMetric()
                .endSpec()
                .build();
    }

    static HasMetadata disruptionBudget(ObjectMeta meta, Map<String, String> pods) {
        return new PodDisruptionBudgetBuilder()
                .withMetadata(meta)
                .withNewSpec()
                .withNewMinAvailable(1)
                .withNewSelector()
                .withMatchLabels(pods)
                .endSelector()
                .endSpec()
                .build();
    }
}
