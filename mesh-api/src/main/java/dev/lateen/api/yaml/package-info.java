/** The strict reader: YAML text in, validated resources and problems out. */
@NullMarked
package dev.lateen.api.yaml;

import org.jspecify.annotations.NullMarked;
