package dev.lateen.istiod.registry;

/** How a proxy finds the endpoints of a service. */
public enum Resolution {
    /** It is told them (EDS). */
    ENDPOINTS,
    /** It asks DNS and balances over all answers. */
    DNS,
    /** It asks DNS for each new connection. */
    DNS_ROUND_ROBIN,
    /** It asks DNS for the host of each request. */
    DYNAMIC_DNS,
    /** It calls the address that the application wanted. */
    ORIGINAL_DESTINATION,
    /** It is another name of a service ({@code ExternalName}). */
    ALIAS
}
