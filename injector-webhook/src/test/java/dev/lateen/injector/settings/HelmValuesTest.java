package dev.lateen.injector.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lateen.api.Release;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every value has its default and reaches its setting. */
class HelmValuesTest {
    private static SidecarSettings settings(String values) {
        return SidecarSettings.of(HelmValues.defaults().with("values", values));
    }

    @Test
    void theDefaultsAreIstiosButForTheImage() {
        SidecarSettings defaults = SidecarSettings.defaults();
        assertThat(defaults.revision()).isEmpty();
        assertThat(defaults.images())
                .isEqualTo(new SidecarSettings.Images("lateen", Release.VERSION, "", "proxy", "proxy", "", List.of()));
        assertThat(defaults.controlPlane())
                .isEqualTo(new SidecarSettings.ControlPlane(
                        "istiod.istio-system.svc:15012", "istiod", "", "istio-ca", "", false, "istio-ca-crl", false));
        assertThat(defaults.identity()).isEqualTo(new SidecarSettings.Identity("", "", "", "", ""));
        assertThat(defaults.capture()).isEqualTo(new SidecarSettings.Capture("*", "", "*", "", "", "", false, false));
        assertThat(defaults.probing()).isEqualTo(new SidecarSettings.Probing(15020, 0, 15, 4, 600, true));
        assertThat(defaults.node())
                .isEqualTo(new SidecarSettings.Node(false, false, SidecarSettings.NativeSidecars.AUTO, ""));
        SidecarSettings.ProxyDefaults proxy = defaults.proxy();
        assertThat(proxy.clusterDomain()).isEqualTo("cluster.local");
        assertThat(proxy.logs())
                .isEqualTo(new SidecarSettings.Logs("warning", "misc:error", "default:info", false, ""));
        assertThat(List.of(proxy.privileged(), proxy.capNetBindService(), proxy.holdApplication()))
                .containsOnly(false);
        assertThat(proxy.stsPort()).isZero();
        assertThat(String.valueOf(proxy.resources()))
                .isEqualTo("{\"requests\":{\"cpu\":\"100m\",\"memory\":\"128Mi\"},"
                        + "\"limits\":{\"cpu\":\"2000m\",\"memory\":\"1024Mi\"}}");
        assertThat(proxy.seccompProfile()).isNull();
        assertThat(proxy.lifecycle()).isNull();
        assertThat(proxy.tracer()).isEqualTo("none");
    }

    @Test
    void everyValueReachesItsSetting() {
        SidecarSettings all = settings("""
            revision: r
            global:
              hub: h
              tag: 7
              variant: v
              imagePullPolicy: Always
              imagePullSecrets: [s]
              caAddress: ca:1
              caName: ca
              pilotCertProvider: p
              trustBundleName: b
              trustDomain: td
              meshID: m
              network: net
              platform: openshift
              mountMtlsCerts: true
              logAsJson: true
              nativeNftables: true
              logging: {level: l}
              multiCluster: {clusterName: c}
              sds: {token: {aud: a}}
              sts: {servicePort: 1}
              proxy:
                image: i
                clusterDomain: d
                logLevel: x
                componentLogLevel: z
                outlierLogPath: /o
                privileged: true
                capNetBindService: true
                holdApplicationUntilProxyStarts: true
                includeIPRanges: "1"
                excludeIPRanges: "2"
                includeInboundPorts: "3"
                excludeInboundPorts: "4"
                includeOutboundPorts: "5"
                excludeOutboundPorts: "6"
                statusPort: 1
                readinessInitialDelaySeconds: 2
                readinessPeriodSeconds: 3
                readinessFailureThreshold: 4
                startupProbe: {failureThreshold: 5}
                seccompProfile: {type: RuntimeDefault}
                lifecycle: {preStop: {exec: {command: [a]}}}
                tracer: datadog
              proxy_init: {image: pi, forceApplyIptables: true}
            pilot:
              cni: {enabled: true, provider: multus}
              crlConfigMapName: crl
              env: {ENABLE_NATIVE_SIDECARS: false, ENABLE_CLUSTER_TRUST_BUNDLE_API: true, COMPLIANCE_POLICY: fips-140-3}
            sidecarInjectorWebhook: {rewriteAppHTTPProbe: false, injectedAnnotations: {k: v}}
            """);
        assertThat(all.revision()).isEqualTo("r");
        assertThat(all.images())
                .isEqualTo(new SidecarSettings.Images("h", "7", "v", "i", "pi", "Always", List.of("s")));
        assertThat(all.controlPlane())
                .isEqualTo(new SidecarSettings.ControlPlane("ca:1", "p", "ca", "a", "b", true, "crl", true));
        assertThat(all.identity()).isEqualTo(new SidecarSettings.Identity("c", "net", "m", "td", "openshift"));
        assertThat(all.capture()).isEqualTo(new SidecarSettings.Capture("1", "2", "3", "4", "5", "6", true, true));
        assertThat(all.probing()).isEqualTo(new SidecarSettings.Probing(1, 2, 3, 4, 5, false));
        assertThat(all.node())
                .isEqualTo(new SidecarSettings.Node(true, true, SidecarSettings.NativeSidecars.DISABLED, "fips-140-3"));
        assertThat(all.proxy().logs()).isEqualTo(new SidecarSettings.Logs("x", "z", "l", true, "/o"));
        assertThat(all.proxy().stsPort()).isEqualTo(1);
        assertThat(List.of(
                        all.proxy().privileged(),
                        all.proxy().capNetBindService(),
                        all.proxy().holdApplication()))
                .containsOnly(true);
        assertThat(String.valueOf(all.proxy().seccompProfile())).isEqualTo("{\"type\":\"RuntimeDefault\"}");
        assertThat(String.valueOf(all.proxy().lifecycle())).contains("preStop");
        assertThat(all.injectedAnnotations()).containsEntry("k", "v");
    }

    @ParameterizedTest
    @CsvSource({
        "values.global.network=n1,global.network,\"n1\"",
        "global.network=n1,global.network,\"n1\"",
        "values.global.proxy.statusPort=0,global.proxy.statusPort,0",
        "components.cni.enabled=true,pilot.cni.enabled,true",
        "values.cni.provider=multus,pilot.cni.provider,\"multus\"",
        "hub=h,global.hub,\"h\"",
        "meshConfig.trustDomain=td,meshConfig.trustDomain,\"td\"",
        "'values.global.proxy.excludeInboundPorts=4,5',global.proxy.excludeInboundPorts,'\"4,5\"'",
        "values.global.imagePullSecrets={a},global.imagePullSecrets,[\"a\"]"
    })
    void aSettingOfTheCommandLineIsLaidOverAll(String setting, String path, String expected) {
        assertThat(HelmValues.defaults().withSet(setting).at(path).toString()).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"nosuch", "components.pilot.enabled=true", "=x", "nosuch.path=1"})
    void aSettingThatIsNoneIsRefused(String setting) {
        assertThatThrownBy(() -> HelmValues.defaults().withSet(setting)).hasMessageStartingWith("--set " + setting);
    }

    @Test
    void anIstioOperatorIsReadToo() {
        SidecarSettings settings = settings("""
            apiVersion: install.istio.io/v1alpha1
            kind: IstioOperator
            spec:
              hub: h
              revision: r
              meshConfig: {trustDomain: td}
              components: {cni: {enabled: true}}
              values: {global: {proxy: {resources: {limits: {cpu: null}}}}}
            """);
        assertThat(settings.images().hub()).isEqualTo("h");
        assertThat(settings.revision()).isEqualTo("r");
        assertThat(settings.node().cni()).isTrue();
        assertThat(String.valueOf(settings.proxy().resources())).contains("\"limits\":{\"memory\":\"1024Mi\"}");
        assertThat(InjectedMesh.of(MeshOfValues.text(settings.values(), InjectedMesh.DEFAULT.tree()))
                        .trustDomain())
                .isEqualTo("td");
    }

    @Test
    void aWrongValueIsRefusedByItsPath() {
        assertThatThrownBy(() -> settings("global: {proxy: {statusPort: x}}"))
                .hasMessage("values.global.proxy.statusPort: x (expected: a whole number)");
        assertThatThrownBy(() -> settings("pilot: {env: {ENABLE_NATIVE_SIDECARS: maybe}}"))
                .hasMessageContaining("values.pilot.env.ENABLE_NATIVE_SIDECARS: maybe (expected: auto, true or false)");
        assertThatThrownBy(() -> settings("[]")).hasMessageContaining("values: ARRAY");
        assertThatThrownBy(() -> settings("a: [")).hasMessageContaining("no YAML");
    }
}
