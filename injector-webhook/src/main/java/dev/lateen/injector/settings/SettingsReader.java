package dev.lateen.injector.settings;

import dev.lateen.injector.settings.SidecarSettings.Capture;
import dev.lateen.injector.settings.SidecarSettings.ControlPlane;
import dev.lateen.injector.settings.SidecarSettings.Identity;
import dev.lateen.injector.settings.SidecarSettings.Images;
import dev.lateen.injector.settings.SidecarSettings.Logs;
import dev.lateen.injector.settings.SidecarSettings.NativeSidecars;
import dev.lateen.injector.settings.SidecarSettings.Node;
import dev.lateen.injector.settings.SidecarSettings.Probing;
import dev.lateen.injector.settings.SidecarSettings.ProxyDefaults;

/** Which Helm value is which setting: the only place that knows their paths. */
final class SettingsReader {
    private SettingsReader() {}

    static SidecarSettings read(HelmValues values) {
        return new SidecarSettings(
                values.text("revision"),
                images(values),
                controlPlane(values),
                new Identity(
                        values.text("global.multiCluster.clusterName"),
                        values.text("global.network"),
                        values.text("global.meshID"),
                        values.text("global.trustDomain"),
                        values.text("global.platform")),
                proxy(values),
                capture(values),
                probing(values),
                node(values),
                values.textsByName("sidecarInjectorWebhook.injectedAnnotations"),
                values);
    }

    private static Images images(HelmValues values) {
        return new Images(
                values.text("global.hub"),
                values.text("global.tag"),
                values.text("global.variant"),
                values.text("global.proxy.image"),
                values.text("global.proxy_init.image"),
                values.text("global.imagePullPolicy"),
                values.texts("global.imagePullSecrets"));
    }

    private static ControlPlane controlPlane(HelmValues values) {
        String revision = values.text("revision");
        String address = values.text("global.caAddress");
        String crl = values.text("pilot.crlConfigMapName");
        return new ControlPlane(
                !address.isEmpty()
                        ? address
                        : "istiod" + (revision.isEmpty() ? "" : "-" + revision) + "."
                                + values.text("global.istioNamespace") + ".svc:15012",
                values.text("global.pilotCertProvider"),
                values.text("global.caName"),
                values.text("global.sds.token.aud"),
                values.text("global.trustBundleName"),
                values.flag("pilot.env.ENABLE_CLUSTER_TRUST_BUNDLE_API"),
                crl.isEmpty() ? "istio-ca-crl" : crl,
                values.flag("global.mountMtlsCerts"));
    }

    private static ProxyDefaults proxy(HelmValues values) {
        return new ProxyDefaults(
                values.text("global.proxy.clusterDomain"),
                new Logs(
                        values.text("global.proxy.logLevel"),
                        values.text("global.proxy.componentLogLevel"),
                        values.text("global.logging.level"),
                        values.flag("global.logAsJson"),
                        values.text("global.proxy.outlierLogPath")),
                values.flag("global.proxy.privileged"),
                values.flag("global.proxy.capNetBindService"),
                values.flag("global.proxy.holdApplicationUntilProxyStarts"),
                values.number("global.sts.servicePort"),
                values.object("global.proxy.resources"),
                values.object("global.proxy.seccompProfile"),
                values.object("global.proxy.lifecycle"),
                values.text("global.proxy.tracer"));
    }

    private static Capture capture(HelmValues values) {
        return new Capture(
                values.text("global.proxy.includeIPRanges"),
                values.text("global.proxy.excludeIPRanges"),
                values.text("global.proxy.includeInboundPorts"),
                values.text("global.proxy.excludeInboundPorts"),
                values.text("global.proxy.includeOutboundPorts"),
                values.text("global.proxy.excludeOutboundPorts"),
                values.flag("global.proxy_init.forceApplyIptables"),
                values.flag("global.nativeNftables"));
    }

    private static Probing probing(HelmValues values) {
        return new Probing(
                values.number("global.proxy.statusPort"),
                values.number("global.proxy.readinessInitialDelaySeconds"),
                values.number("global.proxy.readinessPeriodSeconds"),
                values.number("global.proxy.readinessFailureThreshold"),
                values.flag("global.proxy.startupProbe.enabled")
                        ? values.number("global.proxy.startupProbe.failureThreshold")
                        : 0,
                values.flag("sidecarInjectorWebhook.rewriteAppHTTPProbe"));
    }

    private static Node node(HelmValues values) {
        String mode = values.text("pilot.env.ENABLE_NATIVE_SIDECARS");
        return new Node(
                values.flag("pilot.cni.enabled"),
                values.text("pilot.cni.provider").equals("multus"),
                switch (mode) {
                    case "", "auto" -> NativeSidecars.AUTO;
                    case "true" -> NativeSidecars.ENABLED;
                    case "false" -> NativeSidecars.DISABLED;
                    default ->
                        throw new IllegalArgumentException("values.pilot.env.ENABLE_NATIVE_SIDECARS: " + mode
                                + " (expected: auto, true or false)");
                },
                values.text("pilot.env.COMPLIANCE_POLICY"));
    }
}
