package dev.lateen.install.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ClusterDemoTest {
    private static ServiceBuilder gateway() {
        return new ServiceBuilder()
                .withNewMetadata()
                .withName("istio-ingressgateway")
                .withNamespace("istio-system")
                .endMetadata()
                .withNewSpec()
                .addNewPort()
                .withPort(15021)
                .endPort()
                .addNewPort()
                .withPort(80)
                .endPort()
                .endSpec();
    }

    private static Service at(@Nullable String ip, @Nullable String hostname) {
        return gateway()
                .withNewStatus()
                .withNewLoadBalancer()
                .addNewIngress()
                .withIp(ip)
                .withHostname(hostname)
                .endIngress()
                .endLoadBalancer()
                .endStatus()
                .build();
    }

    @Test
    void aLoadBalancersAddressIsTheWayIn() {
        assertThat(ClusterDemo.door(at("10.97.0.1", null))).isEqualTo(new ClusterDemo.Door("http://10.97.0.1", ""));
        assertThat(ClusterDemo.door(at("fd00::1", null)).url()).isEqualTo("http://[fd00::1]");
        assertThat(ClusterDemo.door(at(null, "lb.example.com")).url()).isEqualTo("http://lb.example.com");
    }

    @Test
    void withoutOneItIsSaidHowToGetIn() {
        assertThat(ClusterDemo.door(gateway().build()))
                .isEqualTo(new ClusterDemo.Door(
                        "http://127.0.0.1:8080",
                        "kubectl port-forward -n istio-system service/istio-ingressgateway 8080:80"));
    }

    @Test
    void imagesComeFromWhereTheUserSays() {
        String image = "docker.io/istio/examples-bookinfo-details-v1:1.20.3";
        assertThat(ClusterDemoOptions.at("", image)).isEqualTo(image);
        assertThat(ClusterDemoOptions.at("lab.local/samples", image))
                .isEqualTo("lab.local/samples/examples-bookinfo-details-v1:1.20.3");
    }
}
