<?php
/**
 * Plugin Name: Hamlet for Akismet
 * Description: Sends the Akismet plugin's calls to your own Hamlet instead of akismet.com.
 * Version:     1.0
 * License:     MIT (GPL-compatible), as Hamlet itself
 *
 * Goes to wp-content/mu-plugins/; wp-config.php says where Hamlet is:
 *     define( 'HAMLET_URL', 'https://comments.example.org' );
 */

defined( 'ABSPATH' ) || exit;

const HAMLET_PATIENCE = 5; // Seconds for one call: the reader who comments is waiting.

add_filter( 'pre_http_request', 'hamlet_answer', 10, 3 );
add_filter( 'akismet_request_args', 'hamlet_fields', 10, 2 );
add_action( 'akismet_webhook_received', 'hamlet_publish' );
add_filter( 'akismet_comment_form_privacy_notice_markup', 'hamlet_privacy_notice' );
add_filter( 'akismet_enable_mshots', '__return_false' ); // Pictures of linked pages, made by wp.com.
add_action( 'admin_init', 'hamlet_stay_home' );
add_action( 'admin_enqueue_scripts', 'hamlet_own_fonts', 100 );
add_action( 'admin_notices', 'hamlet_notice' );

/** The address of Hamlet without a slash at its end; '' if wp-config.php names none. */
function hamlet_url() {
	$url = defined( 'HAMLET_URL' ) ? rtrim( trim( (string) HAMLET_URL ), '/' ) : '';
	return preg_match( '#^https?://[^/?\#\s]+(/[^?\#\s]*)?$#i', $url ) ? $url : '';
}

/** Whether a call is meant for Akismet: some name the host in the address, some only in a header. */
function hamlet_is_meant( $url, $headers ) {
	$hosts = array( parse_url( $url, PHP_URL_HOST ) );
	foreach ( (array) $headers as $name => $value ) {
		if ( 'host' === strtolower( $name ) ) {
			$hosts[] = $value;
		}
	}
	return (bool) preg_grep( '/^([\w-]+\.)?rest\.akismet\.com$/i', $hosts );
}

/** Hamlet's answer to a call that was meant for Akismet; every other call goes its way. */
function hamlet_answer( $answer, $args, $url ) {
	if ( false !== $answer || ! empty( $args['hamlet'] ) || ! hamlet_is_meant( $url, $args['headers'] ) ) {
		return $answer;
	}
	$path     = (string) parse_url( $url, PHP_URL_PATH );
	$query    = (string) parse_url( $url, PHP_URL_QUERY );
	$is_check = '/1.1/comment-check' === $path;
	$reply    = hamlet_ask( hamlet_url(), $path . ( '' === $query ? '' : "?$query" ), $args );
	$why      = hamlet_refusal( $reply, $is_check );
	if ( '' === $why ) {
		$is_check && hamlet_remember( wp_remote_retrieve_header( $reply, 'x-akismet-guid' ) );
		return $reply;
	}
	error_log( "Hamlet: no answer to $path: $why" );
	return hamlet_silence( $is_check );
}

/** Send the call on, once. The address is the operator's own, so it may be a private one. */
function hamlet_ask( $base, $target, $args ) {
	static $away_until = 0; // One page may make a hundred calls; it must not wait for each.
	if ( '' === $base ) {
		return new WP_Error( 'hamlet', 'wp-config.php sets no HAMLET_URL that starts with https:// or http://' );
	}
	if ( time() < $away_until ) {
		return new WP_Error( 'hamlet', 'it did not answer a moment ago' );
	}
	unset( $args['_redirection'] );
	$args['hamlet']             = true; // Seen again by hamlet_answer, which lets it pass.
	$args['headers']            = array_diff_ukey( (array) $args['headers'], array( 'Host' => 1 ), 'strcasecmp' );
	$args['reject_unsafe_urls'] = false;
	$args['redirection']        = 0; // A form that is redirected arrives empty.
	$args['timeout']            = min( (float) $args['timeout'], HAMLET_PATIENCE );
	$reply                      = wp_remote_request( $base . $target, $args );
	$away_until                 = is_wp_error( $reply ) ? time() + HAMLET_PATIENCE : 0;
	return $reply;
}

/** Why a reply is none of Hamlet's; '' if it is one. */
function hamlet_refusal( $reply, $is_check ) {
	if ( is_wp_error( $reply ) ) {
		return $reply->get_error_message();
	}
	$status = wp_remote_retrieve_response_code( $reply );
	if ( 200 !== $status ) {
		$moved = wp_remote_retrieve_header( $reply, 'location' );
		return "HTTP $status" . ( $moved ? ', moved: correct HAMLET_URL' : '' );
	}
	$has_guid = wp_remote_retrieve_header( $reply, 'x-akismet-guid' );
	return $is_check && ! $has_guid ? 'something else than Hamlet answered' : '';
}

/**
 * What the Akismet plugin is told when there is no answer: not an error, after which it would try
 * twice more while the reader waits, but nothing. It holds the comment and asks again later;
 * without a guid it would publish the comments of known authors unchecked.
 */
function hamlet_silence( $is_check ) {
	return array(
		'headers'  => $is_check ? array( 'x-akismet-guid' => md5( uniqid( '', true ) ) ) : array(),
		'body'     => '',
		'response' => array( 'code' => 503, 'message' => 'Service Unavailable' ),
		'cookies'  => array(),
		'filename' => null,
	);
}

/** Name the comment in reports, and in rechecks where Hamlet may tell of a changed answer. */
function hamlet_fields( $fields, $call ) {
	$id = isset( $fields['comment_ID'] ) ? (int) $fields['comment_ID'] : 0;
	if ( 'submit-spam' === $call || 'submit-ham' === $call ) {
		$fields['guid'] = (string) get_comment_meta( $id, 'akismet_guid', true );
	} elseif ( 'comment-check' === $call && $id ) {
		$fields['callback'] = get_rest_url( null, 'akismet/v1/webhook' );
	}
	hamlet_comment( 'comment-check' === $call ? $id : 0 );
	return $fields;
}

/** A recheck may be the first that Hamlet heard of the comment: keep the guid it gave. */
function hamlet_remember( $guid ) {
	if ( hamlet_comment() ) {
		update_comment_meta( hamlet_comment(), 'akismet_guid', $guid );
	}
	hamlet_comment( 0 );
}

/** The comment that is being rechecked, or 0. */
function hamlet_comment( $id = null ) {
	static $current = 0;
	$current = null === $id ? $current : $id;
	return $current;
}

/**
 * Told of a changed answer, the Akismet plugin takes a comment out of spam and leaves it pending.
 * One that a moderator approved in Hamlet's queue need not be approved again.
 */
function hamlet_publish( $request ) {
	foreach ( (array) $request->get_param( 'comments' ) as $told ) {
		if ( empty( $told['guid'] ) || ! isset( $told['decision'] ) || 'approve' !== $told['decision'] ) {
			continue;
		}
		$pending = array( 'status' => 'hold', 'meta_key' => 'akismet_guid', 'meta_value' => $told['guid'] );
		foreach ( get_comments( $pending ) as $comment ) {
			if ( Akismet::last_comment_status_change_came_from_akismet( $comment->comment_ID ) ) {
				wp_set_comment_status( $comment->comment_ID, 'approve' );
			}
		}
	}
}

/** The notice under comment forms, if it is switched on, names who is asked. */
function hamlet_privacy_notice() {
	$host = esc_html( (string) parse_url( hamlet_url(), PHP_URL_HOST ) );
	return "<p class=\"akismet_comment_form_privacy_notice\">Comments are checked for spam by Hamlet at $host.</p>";
}

/** Whether this is one of the Akismet plugin's own pages. */
function hamlet_is_akismet_page() {
	return isset( $_GET['page'] ) && 0 === strpos( (string) $_GET['page'], 'akismet-' );
}

/** Those pages show statistics in frames from akismet.com, with key or token in their address. */
function hamlet_stay_home() {
	if ( hamlet_is_akismet_page() ) {
		header( "Content-Security-Policy: frame-src 'self'" );
	}
}

/** From 5.4 on the plugin's pages bring a font from wp.com, which the system's own can replace. */
function hamlet_own_fonts() {
	wp_dequeue_style( 'akismet-font-inter' );
}

/** Say who checks, and where nothing can be checked because of a setting. */
function hamlet_notice() {
	$url = esc_url( hamlet_url() );
	if ( '' === $url && current_user_can( 'manage_options' ) ) {
		echo '<div class="notice notice-error"><p>Comments are held unchecked: wp-config.php needs a line such as '
			. "<code>define( 'HAMLET_URL', 'https://comments.example.org' );</code></p></div>";
	} elseif ( hamlet_is_akismet_page() ) {
		echo '<style>iframe[src*="tools.akismet.com"] { display: none }</style>'
			. "<div class=\"notice notice-info\"><p>Comments are checked by Hamlet at <a href=\"$url\">$url</a>.</p></div>";
	}
}
