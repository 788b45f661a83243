package dev.lateen.install.standin;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SampleImageTest {
    @ParameterizedTest
    @CsvSource({
        "registry.istio.io/release/examples-bookinfo-productpage-v1:1.20.3, PRODUCTPAGE",
        "docker.io/istio/examples-bookinfo-details-v1:1.18.0, DETAILS_V1",
        "examples-bookinfo-reviews-v3, REVIEWS_V3",
        "localhost:5000/mirror/examples-bookinfo-reviews-v2, REVIEWS_V2",
        "quay.io/x/examples-bookinfo-ratings-v1@sha256:0123, RATINGS_V1",
        "docker.io/mccutchen/go-httpbin:v2.15.0, GO_HTTPBIN",
        "docker.io/kennethreitz/httpbin, HTTPBIN",
        "registry.istio.io/release/examples-helloworld-v2:1.0, HELLOWORLD_V2",
        "docker.io/curlimages/curl:8.16.0, CURL",
        "registry.istio.io/release/tcp-echo-server:1.3, TCP_ECHO",
    })
    void aSampleIsKnownWhateverItsRegistryAndTag(String image, SampleImage sample) {
        assertThat(SampleImage.of(image)).contains(sample);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "redis:alpine",
                "examples-bookinfo-ratings-v2:1",
                "my-go-httpbin",
                "docker.io/library/httpbin",
                "curl",
                ""
            })
    void otherImagesAreNot(String image) {
        assertThat(SampleImage.of(image)).isEmpty();
    }

    @Test
    void theVersionsOfReviewsDifferByTheirEnvironmentOnly() {
        assertThat(SampleImage.REVIEWS_V1.environment()).containsEntry("ENABLE_RATINGS", "false");
        assertThat(SampleImage.REVIEWS_V3.environment()).containsEntry("STAR_COLOR", "red");
    }
}
