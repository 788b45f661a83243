/** AuthorizationPolicy, RequestAuthentication and their like as filters that decide about access. */
@NullMarked
package dev.lateen.istiod.translate.policy;

import org.jspecify.annotations.NullMarked;
