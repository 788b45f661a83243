package dev.lateen.istiod.translate.route;

import com.google.protobuf.ByteString;
import dev.lateen.api.networking.HttpRoute;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.envoyproxy.envoy.config.route.v3.RedirectAction;
import java.util.Base64;

/** Answers that a proxy gives by itself. */
final class Redirects {
    private Redirects() {}

    /**
     * A redirect.
     *
     * @param port of the listener, which is the port that the client asked
     * @param tls whether the client came with TLS, so that a redirect without a scheme stays at https
     */
    static RedirectAction redirect(HttpRoute.Redirect redirect, int port, boolean tls) {
        RedirectAction.Builder out = RedirectAction.newBuilder().setHostRedirect(redirect.authority());
        if (redirect.prefixRewrite().isEmpty()) {
            out.setPathRedirect(redirect.uri());
        } else {
            out.setPrefixRewrite(redirect.prefixRewrite());
        }
        if (!redirect.scheme().isEmpty()) {
            out.setSchemeRedirect(redirect.scheme());
        }
        String scheme = redirect.scheme().isEmpty() ? (tls ? "https" : "http") : redirect.scheme();
        int to = port(redirect, port);
        // Nobody writes a scheme's own port. Envoy takes the default one by itself where none is said.
        boolean usual = to == 80 && scheme.equals("http") || to == 443 && scheme.equals("https");
        if (to > 0 && !usual) {
            out.setPortRedirect(to);
        }
        return out.setResponseCode(code(redirect.redirectCode())).build();
    }

    private static int port(HttpRoute.Redirect redirect, int listenPort) {
        if (redirect.port() != null) {
            return redirect.port();
        }
        return redirect.derivePort() == HttpRoute.DerivePort.FROM_REQUEST_PORT ? listenPort : 0;
    }

    private static RedirectAction.RedirectResponseCode code(int status) {
        return switch (status) {
            case 302 -> RedirectAction.RedirectResponseCode.FOUND;
            case 303 -> RedirectAction.RedirectResponseCode.SEE_OTHER;
            case 307 -> RedirectAction.RedirectResponseCode.TEMPORARY_REDIRECT;
            case 308 -> RedirectAction.RedirectResponseCode.PERMANENT_REDIRECT;
            default -> RedirectAction.RedirectResponseCode.MOVED_PERMANENTLY;
        };
    }

    static DirectResponseAction directResponse(HttpRoute.DirectResponse response) {
        DirectResponseAction.Builder out = DirectResponseAction.newBuilder().setStatus(response.status());
        switch (response.body()) {
            case null -> {}
            case HttpRoute.Body.Text text -> out.setBody(DataSource.newBuilder().setInlineString(text.string()));
            case HttpRoute.Body.Binary binary ->
                out.setBody(DataSource.newBuilder()
                        .setInlineBytes(ByteString.copyFrom(Base64.getDecoder().decode(binary.bytes()))));
            case HttpRoute.Body.None none -> {}
        }
        return out.build();
    }
}
