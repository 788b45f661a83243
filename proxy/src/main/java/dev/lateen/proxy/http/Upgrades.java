package dev.lateen.proxy.http;

import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.model.HttpConnectionManager;
import dev.lateen.proxy.model.RouteAction.Forward;
import java.util.Locale;

/** Which requests ask for another protocol, and whether they may have it. */
final class Upgrades {
    private Upgrades() {}

    /** Whether the request asks for a tunnel: {@code Upgrade} (the codec keeps it only where {@code Connection} names it) or CONNECT. */
    static boolean asked(RequestHead head) {
        HeaderMap headers = head.headers();
        return headers.contains("upgrade") || head.method().equals("CONNECT");
    }

    /** Whether what it asks for, if anything, is allowed by the connection manager or the route. */
    static boolean allowed(RequestHead head, HttpConnectionManager manager, Forward action) {
        if (!asked(head)) {
            return true;
        }
        CharSequence upgrade = head.headers().get("upgrade");
        String type = upgrade == null ? "connect" : upgrade.toString().toLowerCase(Locale.ROOT);
        return manager.client().upgrades().contains(type) || action.upgrades().contains(type);
    }
}
