package dev.lateen.istiod.translate;

import com.google.protobuf.ByteString;
import dev.lateen.api.networking.HttpRoute;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.envoyproxy.envoy.config.route.v3.RedirectAction;
import java.util.Base64;

/** Answers that a proxy gives by itself. */
final class Redirects {
    private static final String PREFIX_MARK = "%PREFIX()%";

    private Redirects() {}

    static RedirectAction redirect(HttpRoute.Redirect redirect) {
        RedirectAction.Builder out = RedirectAction.newBuilder().setHostRedirect(redirect.authority());
        if (redirect.uri().startsWith(PREFIX_MARK)) {
            out.setPrefixRewrite(redirect.uri().substring(PREFIX_MARK.length()));
        } else {
            out.setPathRedirect(redirect.uri());
        }
        if (!redirect.scheme().isEmpty()) {
            out.setSchemeRedirect(redirect.scheme());
        }
        if (redirect.port() != null) {
            out.setPortRedirect(redirect.port());
        } else if (redirect.derivePort() == HttpRoute.DerivePort.FROM_PROTOCOL_DEFAULT) {
            out.setPortRedirect(redirect.scheme().equals("https") ? 443 : 80);
        }
        return out.setResponseCode(code(redirect.redirectCode())).build();
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
