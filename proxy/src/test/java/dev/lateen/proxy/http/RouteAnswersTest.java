package dev.lateen.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.http.filter.LocalReply;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.message.ResponseHead;
import dev.lateen.proxy.route.RouteFixtures;
import org.junit.jupiter.api.Test;

/** What a route answers by itself. */
class RouteAnswersTest {
    @Test
    void aRedirectToTlsIsAPlain301() {
        RequestHead request = RouteFixtures.get("shop", "/a?b");
        LocalReply reply = RouteAnswers.toHttps(RouteFixtures.exchange(request));
        ResponseHead head = LocalReplyRenderer.head(reply, request);

        assertThat(head.status()).isEqualTo(301);
        assertThat(head.headers().get("location")).hasToString("https://shop/a?b");
        assertThat(head.headers().size()).isEqualTo(1);
        assertThat(reply.details()).isEqualTo("direct_response");
        assertThat(reply.flag()).isNull();
    }

    @Test
    void aGrpcClientIsToldOfItByItsOwnStatus() {
        RequestHead request = RouteFixtures.get("shop", "/a", "content-type", "application/grpc");
        ResponseHead head = LocalReplyRenderer.head(RouteAnswers.toHttps(RouteFixtures.exchange(request)), request);

        assertThat(head.status()).isEqualTo(200);
        assertThat(head.headers().get("grpc-status")).hasToString("2");
        assertThat(head.headers().get("location")).hasToString("https://shop/a");
    }
}
